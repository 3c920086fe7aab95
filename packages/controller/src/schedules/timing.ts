import { parseCronLine } from './cron-line.ts';

/** When a schedule is due. Instants are milliseconds since the epoch. */
export type Timing =
  | { readonly kind: 'at'; readonly at: number }
  /** `anchor` + 1, 2, 3 ... periods: elapsed time, whatever the clock on the wall does. */
  | { readonly kind: 'every'; readonly everyMs: number; readonly anchor: number }
  | { readonly kind: 'cron'; readonly cron: string; readonly timeZone: string };

const firstSpanMs = 3_600_000;

/** The first instant after `ms` at which a schedule is due; null where none follows. Throws CronLineError. */
export function nextDue(timing: Timing, ms: number): number | null {
  switch (timing.kind) {
    case 'at':
      return timing.at > ms ? timing.at : null;
    case 'every':
      return timing.anchor + Math.max(1, Math.floor((ms - timing.anchor) / timing.everyMs) + 1) * timing.everyMs;
    case 'cron':
      return parseCronLine(timing.cron, timing.timeZone).next(ms);
  }
}

/**
 * The last instant up to and with `until` at which a schedule is due, given that it is due at `first` <= `until`. It
 * looks back over growing spans, so that a year of missed minutes costs no more than an hour of them.
 */
export function lastDue(timing: Timing, first: number, until: number): number {
  if (timing.kind === 'at') {
    return first;
  }
  const next = timing.kind === 'cron' ? parseCronLine(timing.cron, timing.timeZone).next : everyNext(timing);
  const firstSpan = timing.kind === 'every' ? timing.everyMs : firstSpanMs;
  for (let span = firstSpan; ; span *= 2) {
    const from = Math.max(first, until - span);
    let last: number | null = null;
    for (let due = next(from); due !== null && due <= until; due = next(due)) {
      last = due;
    }
    if (last !== null || from === first) {
      return last ?? first;
    }
  }
}

function everyNext(timing: Timing): (ms: number) => number | null {
  return (ms) => nextDue(timing, ms);
}
