/** Set by a parent that holds the other end of our stdin. */
export const LIFELINE = 'BPFLEET_LIFELINE';

/**
 * Where a parent asked for it, stops when our stdin ends: however the parent died, also by SIGKILL, the kernel closes
 * its end of the pipe.
 */
export function lifeline(stop: () => unknown): void {
  if (process.env[LIFELINE] !== 'stdin') {
    return;
  }
  process.stdin.resume();
  process.stdin.once('close', stop);
  process.stdin.once('error', stop);
}
