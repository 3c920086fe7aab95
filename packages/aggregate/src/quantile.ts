import type { CountedBucket } from './buckets.ts';

/**
 * Nearest-rank quantile of ascending buckets, 0 < q <= 1; null where they are empty. Within a bucket values are taken
 * as spread evenly, so the error is at most the bucket's width; an unbounded bucket answers with the bound it has.
 */
export function quantile(buckets: readonly CountedBucket[], q: number): number | null {
  const total = buckets.reduce((sum, bucket) => sum + bucket.count, 0n);
  if (total <= 0n) {
    return null;
  }
  const rank = Math.max(1, Math.ceil(Number(total) * q));
  let before = 0;
  for (const bucket of buckets) {
    const count = Number(bucket.count);
    if (before + count >= rank) {
      return within(bucket, (rank - before) / count);
    }
    before += count;
  }
  return within(buckets[buckets.length - 1] as CountedBucket, 1);
}

function within(bucket: CountedBucket, fraction: number): number {
  if (bucket.min === null || bucket.max === null) {
    return Number(bucket.min ?? bucket.max ?? 0n);
  }
  const low = Number(bucket.min);
  return Math.round(low + (Number(bucket.max) - low) * fraction);
}
