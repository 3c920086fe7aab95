import type { JsonScalar, ResultMap } from './result-document.ts';

/** Two results map by map. */
export interface Comparison {
  readonly maps: readonly MapComparison[];
  readonly notCompared: readonly { readonly name: string; readonly reason: string }[];
}

/** Entries ascending by how much they differ. */
export interface MapComparison extends Pick<ResultMap, 'name' | 'kind' | 'key' | 'keyNames'> {
  /** How many of the entries differ at all. */
  readonly changed: number;
  readonly entries: readonly EntryComparison[];
}

export interface EntryComparison {
  readonly key: readonly JsonScalar[];
  /** Where both results are grouped. */
  readonly group?: string;
  /**
   * count, sum, min, max, value: the value; avg, stats: the average, as a double; hist, lhist: how many values. Null where
   * the result has none; a count, sum or histogram that is not there is 0.
   */
  readonly a: JsonScalar | null;
  readonly b: JsonScalar | null;
  /** b - a; null where either is no number. An integer that a double cannot hold is a string. */
  readonly difference: number | string | null;
  /** b / a; null where it is not defined. */
  readonly ratio: number | null;
  /** hist, lhist: the Wasserstein distance of the shapes, in the unit of the bounds; null where either is empty. */
  readonly distance?: number | null;
  /** How far the distance may be from the true one; null where an unbounded bucket leaves it open. */
  readonly distanceError?: number | null;
  /** hist, lhist: null where either is empty. */
  readonly shift?: { readonly p50: QuantileShift; readonly p90: QuantileShift; readonly p99: QuantileShift } | null;
}

export interface QuantileShift {
  readonly a: number;
  readonly b: number;
  /** b - a */
  readonly difference: number;
  /** Bounds that hold the true difference, for a quantile is known as well as its bucket is narrow; null is unbounded. */
  readonly min: number | null;
  readonly max: number | null;
}
