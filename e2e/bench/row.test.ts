import { expect, test } from 'vitest';
import { ofTarget, type Row, ratios, reached } from './row.ts';
import { spread } from './statistics.ts';

const row = (ours: number, more: Partial<Row> = {}): Row => ({
  name: 'row',
  unit: 'ns',
  values: { C: spread([100]), bpftrace: spread([200]), ours: spread([ours]) },
  ...more,
});

test('ours against each of the others', () => {
  expect(ratios(row(150))).toEqual({ C: 1.5, bpftrace: 0.75 });
});

test('without ours there is nothing to compare', () => {
  expect(ratios({ ...row(1), values: { C: spread([100]) } })).toEqual({});
  expect(reached({ ...row(1), values: { C: spread([100]) }, most: 5 })).toBeNull();
});

test.each([
  [90, { reach: { times: 1, of: 'C' } }, true],
  [110, { reach: { times: 1, of: 'C' } }, false],
  [110, { reach: { times: 1, of: 'bpftrace' } }, true],
  [110, { most: 100 }, false],
  [100, { most: 100 }, true],
  [90, { least: 100 }, false],
  [100, { least: 100 }, true],
  [100, {}, null],
] as const)('ours %d with %o', (ours, more, expected) => {
  expect(reached(row(ours, more))).toBe(expected);
});

test.each([
  [50, { most: 100 }, 0.5],
  [50, { least: 100 }, 2],
  [50, { most: 0 }, null],
  [50, {}, null],
] as const)('%d of %o', (ours, more, expected) => {
  expect(ofTarget(row(ours, more))).toBe(expected);
});
