import type { Bucket, CountedBucket } from './buckets.ts';

/** What a histogram tells of a quantile: the best guess, and the bounds that hold the true one; null is unbounded. */
export interface BoundedQuantile extends Bucket {
  readonly value: number;
}

/**
 * Nearest-rank quantile of ascending buckets, 0 < q <= 1 to six decimals; null where they are empty. Within a bucket values
 * are taken as spread evenly, so the error is at most the bucket's width; an unbounded bucket answers with the bound it has.
 */
export function quantile(buckets: readonly CountedBucket[], q: number): number | null {
  return boundedQuantile(buckets, q)?.value ?? null;
}

/** The same with its error: the value of that rank lies in its bucket, wherever the others are. */
export function boundedQuantile(buckets: readonly CountedBucket[], q: number): BoundedQuantile | null {
  const total = buckets.reduce((sum, bucket) => sum + bucket.count, 0n);
  if (total <= 0n) {
    return null;
  }
  const rank = rankOf(total, q);
  let before = 0n;
  for (const bucket of buckets) {
    if (before + bucket.count >= rank) {
      const value = within(bucket, Number(rank - before) / Number(bucket.count));
      return { value, min: bucket.min, max: bucket.max };
    }
    before += bucket.count;
  }
  throw new RangeError('a rank is at most the total');
}

const millionth = 1_000_000n;

/** In integers: a product of doubles may be just above the whole number that it is, and so the rank of the next value. */
function rankOf(total: bigint, q: number): bigint {
  const rank = (total * BigInt(Math.round(q * Number(millionth))) + millionth - 1n) / millionth;
  return rank < 1n ? 1n : rank > total ? total : rank;
}

function within(bucket: CountedBucket, fraction: number): number {
  if (bucket.min === null || bucket.max === null) {
    return Number(bucket.min ?? bucket.max ?? 0n);
  }
  const low = Number(bucket.min);
  return Math.round(low + (Number(bucket.max) - low) * fraction);
}
