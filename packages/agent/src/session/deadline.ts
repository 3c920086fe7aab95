import type { FleetClock } from '../fleet-clock.ts';

/** setTimeout takes 31 bits. */
const longestTimerMs = 2 ** 31 - 1;
const wallClockCheckMs = 1000;

/**
 * Calls `onPassed` once when the deadline (fleet time, milliseconds) has passed: by a monotonic timer, and by the wall
 * clock too, so that neither a clock that is set back nor a machine that slept keeps a program attached. Returns the way to call it off.
 */
export function whenPassed(deadline: number, clock: FleetClock, onPassed: () => void): () => void {
  const remaining = Math.max(0, Math.min(deadline - clock.now(), longestTimerMs));
  const fire = () => {
    cancel();
    onPassed();
  };
  const timer = setTimeout(fire, remaining);
  const check = setInterval(() => {
    if (clock.now() >= deadline) fire();
  }, wallClockCheckMs);
  const cancel = () => {
    clearTimeout(timer);
    clearInterval(check);
  };
  return cancel;
}
