/** The rings are looked at no less often, so that events are fresh and the rings need not be large. Milliseconds. */
export const MAX_PAUSE_MS = 20;

/** How many events are taken at a time, so that the process stays responsive. */
export const DRAIN_LIMIT = 16_384;

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
