import { generateProgram } from '@bpfleet/compiler/testing';
import { expect, test } from 'vitest';
import { runRandomProgram } from './testing/index.ts';
import { TraceError } from './trace-error.ts';

/**
 * Random programs, each loaded into the kernel and run there once, held against what the interpreter makes of them.
 * BPFLEET_RANDOM_PROGRAMS: how many; BPFLEET_RANDOM_SEED: the first one's seed, printed with every difference.
 */
const count = Number(process.env.BPFLEET_RANDOM_PROGRAMS ?? 200);
const firstSeed = Number(process.env.BPFLEET_RANDOM_SEED ?? Math.floor(Math.random() * 2 ** 31));

test(`${count} random programs from seed ${firstSeed} do in the kernel what the language means`, {
  timeout: 0,
}, async () => {
  const problems: string[] = [];
  let tooLarge = 0;
  for (let seed = firstSeed; seed < firstSeed + count && problems.length < 25; seed++) {
    const source = generateProgram(seed);
    try {
      const result = await runRandomProgram(source);
      if ('refused' in result) tooLarge++;
      else expect(result.done).toBe(result.expected);
    } catch (error) {
      const log = error instanceof TraceError ? `\n${error.verifierLog.split('\n').slice(-12).join('\n')}` : '';
      problems.push(`seed ${seed}: ${error instanceof Error ? error.message : error}${log}\n${source}`);
    }
  }
  expect(problems.join('\n\n')).toBe('');
  // A generator that writes what nobody compiles would prove nothing.
  expect(tooLarge).toBeLessThanOrEqual(count / 20);
});
