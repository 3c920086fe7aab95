import { dayMs } from '../sessions/session-id.ts';
import type { DayOfResults } from './result-partitions.ts';

/** How much of results is kept. Whole days go, the oldest first, and never today's. */
export interface Retention {
  /** Days after the one on which a session was made. */
  readonly days: number;
  /** Of frames and events on disk, with their indexes; beyond it days go before their time. */
  readonly gibibytes: number;
}

export interface Expiry {
  readonly day: number;
  readonly why: 'age' | 'size';
  readonly bytes: number;
}

/** What goes now. A day in which a session has not ended stays, and the next one may go before it. */
export function planRetention(
  stored: readonly DayOfResults[],
  unfinished: ReadonlySet<number>,
  { days, gibibytes }: Retention,
  now: Date,
): Expiry[] {
  const today = Math.floor(now.getTime() / dayMs);
  let left = stored.reduce((sum, each) => sum + each.bytes, 0);
  const expiries: Expiry[] = [];
  for (const { day, bytes: size } of stored.toSorted((a, b) => a.day - b.day)) {
    const old = today - day > days;
    if (day >= today || unfinished.has(day) || !(old || left > gibibytes * 2 ** 30)) continue;
    expiries.push({ day, why: old ? 'age' : 'size', bytes: size });
    left -= size;
  }
  return expiries;
}
