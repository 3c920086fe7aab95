import type { CountedBucket } from './buckets.ts';
import type { EntryComparison, QuantileShift } from './comparison.ts';
import { boundedQuantile } from './quantile.ts';
import type { ResultEntry } from './result-document.ts';
import { wassersteinDistance } from './wasserstein.ts';

/** How the shapes of two histograms differ, and by how much their quantiles moved. */
export function compareHistograms(
  a: readonly CountedBucket[],
  b: readonly CountedBucket[],
): Required<Pick<EntryComparison, 'distance' | 'distanceError' | 'shift'>> {
  const distance = wassersteinDistance(a, b);
  const [p50, p90, p99] = [0.5, 0.9, 0.99].map((q) => quantileShift(a, b, q));
  return {
    distance: distance?.distance ?? null,
    distanceError: distance?.error ?? null,
    shift: p50 && p90 && p99 ? { p50, p90, p99 } : null,
  };
}

/** The buckets of a result document as numbers. */
export function countedBuckets(buckets: NonNullable<ResultEntry['buckets']>): CountedBucket[] {
  return buckets.map(({ min, max, count }) => ({
    min: min === null ? null : BigInt(min),
    max: max === null ? null : BigInt(max),
    count: BigInt(count),
  }));
}

function quantileShift(a: readonly CountedBucket[], b: readonly CountedBucket[], q: number): QuantileShift | null {
  const [from, to] = [boundedQuantile(a, q), boundedQuantile(b, q)];
  if (from === null || to === null) return null;
  return {
    a: from.value,
    b: to.value,
    difference: to.value - from.value,
    min: to.min === null || from.max === null ? null : Number(to.min - from.max),
    max: to.max === null || from.min === null ? null : Number(to.max - from.min),
  };
}
