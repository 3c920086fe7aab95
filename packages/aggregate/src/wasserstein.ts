import type { CountedBucket } from './buckets.ts';

export interface Distance {
  /** In the unit of the buckets' bounds. */
  readonly distance: number;
  /** The true distance differs by at most this; null where an unbounded bucket holds anything. */
  readonly error: number | null;
}

/**
 * How far, on average, values of one distribution must be moved to make the other: the Wasserstein distance of order 1,
 * the integral of |F⁻¹(u) - G⁻¹(u)| over 0 < u < 1 (L. N. Vaserstein, 1969; for one dimension S. S. Vallender, 1974). Of
 * shapes, not of sizes: both are weighed as one whole. Within a bucket values are taken as spread evenly; an unbounded
 * bucket is at the bound it has. Null where either is empty.
 */
export function wassersteinDistance(a: readonly CountedBucket[], b: readonly CountedBucket[]): Distance | null {
  const [totalA, totalB] = [total(a), total(b)];
  if (totalA <= 0n || totalB <= 0n) return null;
  // Each count times the other's total: both add up to the same integer, so that equal shapes are equal exactly.
  const [quantilesA, quantilesB] = [pieces(a, totalB), pieces(b, totalA)];
  let area = 0;
  let from = 0n;
  for (let [i, j] = [0, 0]; i < quantilesA.length && j < quantilesB.length; ) {
    const [pieceA, pieceB] = [quantilesA[i] as Piece, quantilesB[j] as Piece];
    const endsFirst = pieceA.end < pieceB.end ? pieceA : pieceB;
    const to = endsFirst.end;
    const start = valueAt(pieceA, from) - valueAt(pieceB, from);
    const end = valueAt(pieceA, to) - valueAt(pieceB, to);
    area += areaOfLine(start, end) * Number(to - from);
    if (pieceA.end === to) i += 1;
    if (pieceB.end === to) j += 1;
    from = to;
  }
  const [errorA, errorB] = [placementError(a), placementError(b)];
  return {
    distance: area / Number(totalA * totalB),
    error: errorA === null || errorB === null ? null : errorA + errorB,
  };
}

/** The quantile function over one bucket: a line from `low` at `start` to `high` at `end`. */
interface Piece {
  readonly start: bigint;
  readonly end: bigint;
  readonly low: number;
  readonly high: number;
}

function pieces(buckets: readonly CountedBucket[], scale: bigint): Piece[] {
  let end = 0n;
  return buckets
    .filter(({ count }) => count > 0n)
    .map(({ min, max, count }) => {
      const start = end;
      end += count * scale;
      return { start, end, low: Number(min ?? max ?? 0n), high: Number(max ?? min ?? 0n) };
    });
}

function valueAt({ start, end, low, high }: Piece, place: bigint): number {
  return low + (high - low) * (Number(place - start) / Number(end - start));
}

/** Area between a line over a length of one and zero. */
function areaOfLine(start: number, end: number): number {
  if (start * end >= 0) return Math.abs(start + end) / 2;
  return (start * start + end * end) / (2 * Math.abs(end - start));
}

/**
 * How far the evenly spread values may be from the true ones, on average. Law: none is worse than all at one end of the
 * bucket, half its width away; by the triangle inequality the errors of both sides add up.
 */
function placementError(buckets: readonly CountedBucket[]): number | null {
  let sum = 0;
  for (const { min, max, count } of buckets) {
    if (count <= 0n) continue;
    if (min === null || max === null) return null;
    sum += (Number(max - min) / 2) * Number(count);
  }
  return sum / Number(total(buckets));
}

function total(buckets: readonly CountedBucket[]): bigint {
  return buckets.reduce((sum, { count }) => (count > 0n ? sum + count : sum), 0n);
}
