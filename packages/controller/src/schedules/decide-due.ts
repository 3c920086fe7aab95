import { lastDue, nextDue, type Timing } from './timing.ts';

export const missedPolicies = ['run-once', 'skip'] as const;
/** What becomes of instants that nobody looked at in time: one run for all of them, or none. */
export type MissedPolicy = (typeof missedPolicies)[number];

/** How late a firing may be and still be in time, milliseconds: a restart of a controller is no missed run. */
export const lateMs = 30_000;

/** What is to be done about a schedule that is due. Instants are milliseconds since the epoch. */
export interface DueDecision {
  /** The instant that is to run; null where none is. */
  readonly run: number | null;
  /** The first and the last of those that are given up. */
  readonly missed: { readonly first: number; readonly last: number } | null;
  /** When to look again; null where nothing follows. It is after `now`, so each instant is decided once. */
  readonly next: number | null;
}

/**
 * Decides about all instants from `due` up to `now`, `due` being the first. The last of them is in time up to
 * `lateMs` later and runs; those before it are missed, for a series has one point an instant and the past cannot be
 * measured. A clock that was set back makes nothing due again: decisions go on where it had been.
 */
export function decideDue(timing: Timing, due: number, now: number, policy: MissedPolicy): DueDecision {
  if (now < due) {
    return { run: null, missed: null, next: due };
  }
  const last = lastDue(timing, due, now);
  const next = nextDue(timing, now);
  const runs = now - last <= lateMs || policy === 'run-once';
  if (!runs) {
    return { run: null, missed: { first: due, last }, next };
  }
  return { run: last, missed: last === due ? null : { first: due, last: beforeLast(timing, due, last) }, next };
}

function beforeLast(timing: Timing, due: number, last: number): number {
  return lastDue(timing, due, last - 1);
}
