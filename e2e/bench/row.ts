import type { Spread } from './statistics.ts';

/** What is compared: hand-written C on a classic and on a raw tracepoint, Debian's bpftrace, ours. */
export const contestants = ['C', 'C, raw', 'bpftrace', 'ours'] as const;
export type Contestant = (typeof contestants)[number];

/** One line of a table. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly values: Partial<Record<Contestant, Spread>>;
  /** Ours is to be at most this many times the other's. */
  readonly reach?: { readonly times: number; readonly of: Contestant };
  /** Ours is to be at most this, in the row's unit. */
  readonly most?: number;
  /** Ours is to be at least this: a rate. */
  readonly least?: number;
}

/** Ours against each of the others, by the medians; smaller is better. */
export function ratios({ values, unit }: Row): Partial<Record<Contestant, number>> {
  const { ours } = values;
  // A share is told by itself; nothing of nothing has no ratio.
  if (unit === '%') return {};
  const others = contestants.filter((each) => each !== 'ours');
  const pairs = others.flatMap((other) => {
    const value = values[other];
    return ours && value && value.median > 0 ? [[other, ours.median / value.median] as const] : [];
  });
  return Object.fromEntries(pairs);
}

/** Ours as a part of what is asked, where that is a number: 1 or less is reached. */
export function ofTarget({ values: { ours }, most, least }: Row): number | null {
  if (!ours) return null;
  if (most !== undefined) return most === 0 ? null : ours.median / most;
  return least === undefined || ours.median === 0 ? null : least / ours.median;
}

/** Whether ours is where it is to be; null where nothing is asked or nothing was measured. */
export function reached(row: Row): boolean | null {
  const { ours } = row.values;
  if (!ours) return null;
  if (row.most !== undefined) return ours.median <= row.most;
  if (row.least !== undefined) return ours.median >= row.least;
  const ratio = row.reach && ratios(row)[row.reach.of];
  return row.reach && ratio !== undefined ? ratio <= row.reach.times : null;
}
