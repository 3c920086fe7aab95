import { expect, test } from 'vitest';
import { compileStages } from '../compile.ts';
import { type CompileEnv, permissiveEnv } from '../env.ts';
import { irText } from './ir-text.ts';
import { RememberedValues } from './remembered-values.ts';

const env: CompileEnv = { ...permissiveEnv(), tracepoints: { tracepoint: () => undefined, list: () => [] } };

function count(source: string, call: string): number {
  const { ir = [], diagnostics } = compileStages(source, env);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return irText(ir).split(`call ${call}(`).length - 1;
}

test.each([
  ['what the predicate looked up', 'BEGIN /@s[tid]/ { print(@s[tid]); } END { @s[tid] = 1; }', 'map_lookup_elem', 1],
  ['not after it was changed', 'BEGIN /@s[tid]/ { @s[tid] = 2; print(@s[tid]); }', 'map_lookup_elem', 2],
  [
    'not after another entry was changed',
    'BEGIN /@s[tid]/ { _ = delete(@s[1]); print(@s[tid]); @s[2] = 1; }',
    'map_lookup_elem',
    2,
  ],
  ['not what was found in a branch', 'BEGIN { if (pid) { print(uid); } print(uid); }', 'get_current_uid_gid', 2],
  ['what was found before a branch', 'BEGIN { print(uid); if (pid) { print(uid); } }', 'get_current_uid_gid', 1],
  ['the second half of a condition may not run', 'BEGIN /pid && uid/ { print(uid); }', 'get_current_uid_gid', 2],
  [
    'not a key that changes',
    'BEGIN { $k = 1; print(@s[$k]); $k = 2; print(@s[$k]); @s[3] = 1; }',
    'map_lookup_elem',
    2,
  ],
])('%s', (_, source, call, times) => {
  // Counters of what is lost are looked up too.
  const extra = count(source, 'ringbuf_reserve') + count(source, 'map_update_elem');
  expect(count(source, call) - (call === 'map_lookup_elem' ? extra : 0)).toBe(times);
});

test('a loop does not trust what was found before it', () => {
  const outer = new RememberedValues();
  outer.keep('tid', 1);
  expect(new RememberedValues(outer).find('tid')).toBe(1);
  expect(new RememberedValues(outer, true).find('tid')).toBeUndefined();
});

test('what a branch changes is forgotten outside', () => {
  const outer = new RememberedValues();
  outer.keep('@s[tid', 1);
  new RememberedValues(outer, true).forget('@s[');
  expect(outer.find('@s[tid')).toBeUndefined();
});
