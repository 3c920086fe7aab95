import { histSlot, lhistSlot, log2, type MapSchema, renderHistogram } from '@bpfleet/aggregate';
import type { ResultEntry } from '@bpfleet/client';

interface Bounds {
  readonly min: bigint | null;
  readonly max: bigint | null;
  readonly count: bigint;
}

/** The buckets of a result document drawn as bpftrace draws them; the document leaves empty buckets out, this shows them. */
export function documentHistogram(kind: string, buckets: NonNullable<ResultEntry['buckets']>): string {
  const bounds = buckets.map(({ min, max, count }) => ({
    min: min === null ? null : BigInt(min),
    max: max === null ? null : BigInt(max),
    count: BigInt(count),
  }));
  const schema = kind === 'lhist' ? linearSchema(bounds) : powerSchema(bounds);
  const cells = new Map(bounds.map((bucket) => [slotOf(schema, bucket), bucket.count]));
  return renderHistogram(schema, cells);
}

const base = { id: 0, name: '@', key: [], signed: true } as const;

/** The sub-buckets of each power, told from the width of any bucket that holds more than one value. */
function powerSchema(bounds: readonly Bounds[]): MapSchema {
  let single = 0;
  for (const { min, max } of bounds) {
    if (min === null || max === null || min <= 0n) {
      continue;
    }
    const power = log2(min);
    if (max > min) {
      return { ...base, kind: 'hist', histBits: power - log2(max - min + 1n) };
    }
    // A single value says only that its power is cut as finely as it has values; 0 and 1 are single without bits.
    single = Math.max(single, power);
  }
  return { ...base, kind: 'hist', histBits: single };
}

function linearSchema(bounds: readonly Bounds[]): MapSchema {
  const bounded = bounds.filter(({ min, max }) => min !== null && max !== null);
  const first = bounded[0];
  const step = first === undefined ? 1n : (first.max as bigint) - (first.min as bigint) + 1n;
  const below = bounds.find(({ min }) => min === null)?.max;
  const above = bounds.find(({ max }) => max === null)?.min;
  const lowest = first?.min ?? above ?? 0n;
  const min = below === undefined || below === null ? lowest : below + 1n;
  const highest = bounded.at(-1)?.max;
  const max = above ?? (highest === undefined || highest === null ? min + step : highest + 1n);
  return { ...base, kind: 'lhist', lhist: { min, max, step } };
}

function slotOf(schema: MapSchema, { min }: Bounds): number {
  if (min === null) {
    return 0;
  }
  return schema.lhist === undefined ? histSlot(min, schema.histBits ?? 0) : lhistSlot(min, schema.lhist);
}
