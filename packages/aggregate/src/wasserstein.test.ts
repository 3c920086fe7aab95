import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CountedBucket } from './buckets.ts';
import { boundedQuantile } from './quantile.ts';
import { wassersteinDistance } from './wasserstein.ts';

const buckets = (...of: [min: number, max: number, count: number][]): CountedBucket[] =>
  of.map(([min, max, count]) => ({ min: BigInt(min), max: BigInt(max), count: BigInt(count) }));

test.each<[string, CountedBucket[], CountedBucket[], object | null]>([
  ['two points', buckets([1, 1, 5]), buckets([4, 4, 1]), { distance: 3, error: 0 }],
  ['half of it moved', buckets([0, 0, 2]), buckets([0, 0, 1], [10, 10, 1]), { distance: 5, error: 0 }],
  ['one bucket and the next', buckets([0, 9, 1]), buckets([10, 19, 1]), { distance: 10, error: 9 }],
  ['lines that cross', buckets([0, 8, 1]), buckets([4, 4, 1]), { distance: 2, error: 4 }],
  ['unbounded', buckets([0, 0, 1]), [{ min: 100n, max: null, count: 1n }], { distance: 100, error: null }],
  ['empty', [], buckets([0, 0, 1]), null],
])('%s', (_, a, b, expected) => {
  expect(wassersteinDistance(a, b)).toEqual(expected);
  expect(wassersteinDistance(b, a)).toEqual(expected);
});

const values = fc.array(fc.nat(999), { minLength: 1, maxLength: 30 });
/** A bucket of ten values each. */
const binned = (of: readonly number[]) =>
  buckets(
    ...[...Map.groupBy(of, (value) => Math.floor(value / 10))]
      .sort(([a], [b]) => a - b)
      .map(([bin, some]): [number, number, number] => [bin * 10, bin * 10 + 9, some.length]),
  );

test('the true distance, of the values themselves, is within the error', () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      const { distance, error } = wassersteinDistance(binned(a), binned(b)) ?? { distance: 0, error: 0 };
      const { distance: truth } = wassersteinDistance(points(a), points(b)) ?? { distance: 0 };
      expect(Math.abs(distance - truth)).toBeLessThanOrEqual((error ?? 0) + 1e-9);
    }),
  );
});

test('the true quantile is within its bounds', () => {
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 0.9, 0.99, 1), (of, q) => {
      const sorted = of.toSorted((a, b) => a - b);
      const truth = sorted[Math.ceil(Number((of.length * q).toFixed(6))) - 1] as number;
      const { min, max } = boundedQuantile(binned(of), q) ?? { min: null, max: null };
      expect([Number(min) <= truth, truth <= Number(max)]).toEqual([true, true]);
    }),
  );
});

const points = (of: readonly number[]) =>
  buckets(...of.toSorted((a, b) => a - b).map((value): [number, number, number] => [value, value, 1]));
