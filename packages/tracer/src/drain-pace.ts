/** The rings are looked at no less often while events come now and then. Milliseconds. */
export const MAX_PAUSE_MS = 20;

/** Without an event for so long, milliseconds, the rings are looked at less often: waking up is what an idle trace costs. */
const QUIET_AFTER_MS = 1_000;
/** A ring of 4 MiB takes what comes meanwhile at a million small events a second. Milliseconds. */
const QUIET_PAUSE_MS = 50;

/** How many events are taken before something else may run, so that the process stays responsive. */
export const DRAIN_LIMIT = 16_384;

/** How many of them are in memory as objects at the same time: so few die young, and what collects garbage has nothing to copy. */
export const EVENTS_AT_ONCE = 1_024;

/**
 * How long to wait before the next drain: not at all while the ring has more than we take, shortly while events flow,
 * longer and longer when none come.
 *
 * @param taken events that the last drain gave
 * @param pauseMs the pause before it
 */
export function nextPause(taken: number, pauseMs: number): number {
  if (taken >= DRAIN_LIMIT) return 0;
  if (taken > 0) return 1;
  return Math.min(MAX_PAUSE_MS, Math.max(1, pauseMs * 2));
}

/** How often to look, milliseconds, after so long without an event. */
export function watchPause(quietMs: number): number {
  return quietMs < QUIET_AFTER_MS ? MAX_PAUSE_MS : QUIET_PAUSE_MS;
}
