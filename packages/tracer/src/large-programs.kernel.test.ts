import { expect, test } from 'vitest';
import { loadTrace } from './load-trace.ts';
import { runRandomProgram } from './testing/index.ts';
import { triedFeatures } from './tried-features.ts';

const decisions = (variable: string, count: number) =>
  Array.from({ length: count }, (_, at) => `if (${variable} > ${at * 7}) { ${variable} -= ${at + 3}; $n++; }`).join(
    ' ',
  );

/** More ways than the verifier walks where it follows each variable. */
test.each([
  [
    'many decisions in a row',
    `BEGIN { @[1] = 3; $n = 0; $x = (uint32)@[1];
      unroll(9) { $n += ($x < 7) ? $x-- : $x; $x = ($x <= $x++) ? $x-- : $n; print($x > 8); print($x-- <= $n); ${decisions('$x', 4)} }
      print($n); }`,
  ],
  [
    'while within while',
    `BEGIN { @[1] = 3; $n = 0; $x = (int64)@[1]; $i = 0; while ($i < 12) { $i++; $j = 0;
      while ($j < 12) { $j++; $x = ($x <= $n++) ? $x++ : $x - $j; ${decisions('$x', 5)} if ($j == 9) { break; } } print($j); } print($n); }`,
  ],
])('%s: what the verifier finds too large is made easier for it', async (_name, script) => {
  const run = await runRandomProgram(script);
  if ('refused' in run) throw new Error(run.refused);
  expect(run.done).toBe(run.expected);
});

test('a while whose end nobody can see is ended, and that is told', async (context) => {
  if (!triedFeatures(['loop']).has('loop')) context.skip('needs bpf_loop');
  const source = `BEGIN { $n = 0; $x = (uint64)pid & 0; $i = 0; while ($x < 10) { ${decisions('$i', 9)} $i += 5; } print("on"); }`;
  const trace = await loadTrace({ kind: 'script', source });
  try {
    trace.attach();
    const events = trace.drain().map(({ type, text }) => `${type} ${text.split('\n')[0]}`);
    expect(events).toHaveLength(2);
    expect(events).toContain('value on');
    expect(events).toContainEqual(
      expect.stringMatching(/^warnf .*: WARNING: the loop was ended after 1048576 rounds$/),
    );
  } finally {
    trace.close();
  }
});
