import { addCells, asInteger } from './integer.ts';
import type { Cells } from './map-state.ts';
import type { MapSchema } from './schema.ts';

/**
 * A time series is a ring of intervals of the wall clock: interval number `n` (since the Unix epoch) is at `n` modulo
 * the ring's length, as three cells. So the same interval is at the same place on every CPU and node.
 */
export const CELLS_PER_INTERVAL = 3;
/** Which interval it is, 0 for none; what was folded into it; how many values, or the instant of the newest. */
const [NUMBER, VALUE, EXTRA] = [0, 1, 2];

export type TseriesShape = NonNullable<MapSchema['tseries']>;

/** One interval that has a value. `start`: nanoseconds since the Unix epoch. */
export interface Interval {
  readonly number: bigint;
  readonly start: bigint;
  readonly value: bigint;
}

export function tseriesShape({ name, tseries }: MapSchema): TseriesShape {
  if (tseries === undefined) throw new TypeError(`${name} is no time series`);
  return tseries;
}

/** Merges two rings: of two intervals at one place the newer wins, what is of the same interval is folded. */
export function mergeTseries(schema: MapSchema, into: Cells, from: Cells): void {
  for (const [slot, number] of from) {
    if (slot % CELLS_PER_INTERVAL !== NUMBER || number === 0n) continue;
    const before = into.get(slot) ?? 0n;
    const value = from.get(slot + VALUE) ?? 0n;
    const extra = from.get(slot + EXTRA) ?? 0n;
    if (before < number) {
      into.set(slot, number);
      into.set(slot + VALUE, value);
      into.set(slot + EXTRA, extra);
    } else if (before === number) {
      fold(schema, into, slot, value, extra);
    }
  }
}

function fold(schema: MapSchema, into: Cells, slot: number, value: bigint, extra: bigint): void {
  const held = into.get(slot + VALUE) ?? 0n;
  const heldExtra = into.get(slot + EXTRA) ?? 0n;
  const [a, b] = [asInteger(held, schema.signed), asInteger(value, schema.signed)];
  const set = (folded: bigint, more: bigint) => {
    into.set(slot + VALUE, folded);
    into.set(slot + EXTRA, more);
  };
  const newest = heldExtra > extra ? heldExtra : extra;
  switch (tseriesShape(schema).aggregate) {
    case 'none':
      // The value decides between two of the same instant, so that the order of merging does not.
      if (extra > heldExtra || (extra === heldExtra && b > a)) set(value, extra);
      break;
    case 'min':
      set(b < a ? value : held, newest);
      break;
    case 'max':
      set(b > a ? value : held, newest);
      break;
    case 'sum':
      set(addCells(held, value), newest);
      break;
    case 'avg':
      set(addCells(held, value), addCells(heldExtra, extra));
      break;
  }
}

/** The number of the newest interval; 0 where there is none. */
export function newestInterval(cells: Cells): bigint {
  let newest = 0n;
  for (const [slot, number] of cells) {
    if (slot % CELLS_PER_INTERVAL === NUMBER && number > newest) newest = number;
  }
  return newest;
}

/** The intervals that have values, oldest first, of the last so many up to the number `last`. */
export function intervalsOf(schema: MapSchema, cells: Cells, last = newestInterval(cells)): Interval[] {
  const { interval, buckets, aggregate } = tseriesShape(schema);
  const found: Interval[] = [];
  for (const [slot, number] of cells) {
    if (slot % CELLS_PER_INTERVAL !== NUMBER || number === 0n || number <= last - BigInt(buckets)) continue;
    const folded = asInteger(cells.get(slot + VALUE) ?? 0n, schema.signed);
    const count = cells.get(slot + EXTRA) ?? 0n;
    const value = aggregate === 'avg' && count !== 0n ? folded / count : folded;
    found.push({ number, start: number * interval, value });
  }
  return found.sort((a, b) => (a.number < b.number ? -1 : 1));
}
