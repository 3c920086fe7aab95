import type { Cells } from './map-state.ts';
import type { MapSchema } from './schema.ts';
import { CELLS_PER_INTERVAL, tseriesShape } from './tseries.ts';

/** Bounds are inclusive; null is unbounded. */
export interface Bucket {
  readonly min: bigint | null;
  readonly max: bigint | null;
}

export interface CountedBucket extends Bucket {
  readonly count: bigint;
}

/**
 * Slot of a value in a hist with 2^bits sub-buckets a power of two: 0 is negative, then one slot a value below 2^bits,
 * then 2^bits slots a power of two. As bpftrace's hist(n, k).
 */
export function histSlot(value: bigint, bits: number): number {
  if (value < 0n) {
    return 0;
  }
  const sub = 1n << BigInt(bits);
  if (value < sub) {
    return Number(value) + 1;
  }
  const power = log2(value) - bits;
  return (((power + 1) << bits) | Number((value >> BigInt(power)) & (sub - 1n))) + 1;
}

/** Slot of a value in an lhist: 0 is below `min`, the last one is what the whole steps up to `max` do not reach. */
export function lhistSlot(value: bigint, range: NonNullable<MapSchema['lhist']>): number {
  if (value < range.min) {
    return 0;
  }
  return Math.min(Number((value - range.min) / range.step), Number(wholeSteps(range))) + 1;
}

/** How many slots an entry's cells may have; every slot is below it. */
export function slotCount(schema: MapSchema): number {
  switch (schema.kind) {
    case 'count':
    case 'sum':
    case 'min':
    case 'max':
      return 1;
    case 'avg':
    case 'stats':
      return 2;
    case 'hist':
      return histSlot((1n << 64n) - 1n, schema.histBits ?? 0) + 1;
    case 'lhist':
      return Number(wholeSteps(lhistRange(schema))) + 2;
    case 'tseries':
      return tseriesShape(schema).buckets * CELLS_PER_INTERVAL;
    case 'value':
      return 0;
  }
}

/** Bounds of a slot of a hist or lhist map. */
export function bucketBounds(schema: MapSchema, slot: number): Bucket {
  return schema.kind === 'lhist' ? lhistBounds(lhistRange(schema), slot) : histBounds(schema.histBits ?? 0, slot);
}

/** The buckets of a hist or lhist entry that hold anything, ascending. */
export function bucketsOf(schema: MapSchema, cells: Cells): CountedBucket[] {
  return [...cells]
    .filter(([, count]) => count !== 0n)
    .sort(([a], [b]) => a - b)
    .map(([slot, count]) => ({ ...bucketBounds(schema, slot), count }));
}

function histBounds(bits: number, slot: number): Bucket {
  if (slot === 0) {
    return { min: null, max: -1n };
  }
  const index = slot - 1;
  const sub = 1 << bits;
  if (index < sub) {
    return { min: BigInt(index), max: BigInt(index) };
  }
  const power = BigInt((index >> bits) - 1);
  const min = BigInt(sub + (index & (sub - 1))) << power;
  return { min, max: min + (1n << power) - 1n };
}

function lhistBounds(range: NonNullable<MapSchema['lhist']>, slot: number): Bucket {
  if (slot === 0) {
    return { min: null, max: range.min - 1n };
  }
  const min = range.min + BigInt(slot - 1) * range.step;
  return { min, max: BigInt(slot - 1) >= wholeSteps(range) ? null : min + range.step - 1n };
}

function lhistRange(schema: MapSchema): NonNullable<MapSchema['lhist']> {
  if (schema.lhist === undefined) {
    throw new TypeError(`${schema.name} is an lhist without bounds`);
  }
  return schema.lhist;
}

function wholeSteps(range: NonNullable<MapSchema['lhist']>): bigint {
  return (range.max - range.min) / range.step;
}

/** Floor of the logarithm of a positive integer. */
export function log2(value: bigint): number {
  return value.toString(2).length - 1;
}
