import type { MapSchema, Scalar } from './schema.ts';

/**
 * The value of every aggregate is a sparse vector of 64-bit cells that merge slot by slot.
 * Slots: count, sum, min, max 0; avg, stats 0 = count, 1 = total; hist, lhist the bucket's index;
 * tseries three an interval (tseries.ts).
 */
export type Cells = Map<number, bigint>;

export interface Entry {
  readonly key: readonly Scalar[];
  readonly cells: Cells;
  /** Maps of kind `value` only. */
  value?: Scalar;
}

/** A whole map at one instant: entries by `keyId(key)`. */
export interface MapState {
  readonly schema: MapSchema;
  readonly entries: Map<string, Entry>;
}

/**
 * A change of one entry. Cells are differences, but for min, max and tseries, where they are the value so far.
 * `deleted` only occurs for min, max, tseries and value: the deletion of an additive entry is a negative difference.
 */
export interface EntryDelta {
  readonly key: readonly Scalar[];
  readonly cells: Cells;
  readonly value?: Scalar;
  readonly deleted?: boolean;
}

export interface MapDelta {
  /** `MapSchema.id` */
  readonly map: number;
  readonly entries: readonly EntryDelta[];
}
