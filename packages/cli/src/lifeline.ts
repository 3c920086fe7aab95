/** Set by a parent that holds the other end of our stdin. */
export const LIFELINE = 'BPFLEET_LIFELINE';

/**
 * Where a parent asked for it, stops when our stdin ends: however the parent died, also by SIGKILL, the kernel closes
 * its end of the pipe. Returns what lets go of it, for it keeps the process alive.
 */
export function lifeline(stop: () => unknown): () => void {
  if (process.env[LIFELINE] !== 'stdin') {
    return () => undefined;
  }
  process.stdin.resume();
  process.stdin.once('close', stop);
  process.stdin.once('error', stop);
  return () => {
    process.stdin.off('close', stop);
    process.stdin.destroy();
  };
}
