import { expect, test } from 'vitest';
import { missingRight } from './may-trace.ts';

test.each([
  ['000001ffffffffff', null],
  ['0000000000200000', null],
  ['000000c000000000', null],
  ['0000008000000000', 'CAP_PERFMON'],
  ['0000004000000000', 'CAP_BPF'],
  ['0000000000000000', 'CAP_BPF'],
])('CapEff %s', (hex, missing) => {
  expect(missingRight(`Name:\tx\nCapEff:\t${hex}\nCapBnd:\t0\n`)).toBe(missing);
});
