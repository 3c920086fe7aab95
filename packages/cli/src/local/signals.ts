/**
 * Calls `first` at the first SIGINT or SIGTERM; from then on another ends the process as it would have without us, also
 * while what was measured is read and printed, when nothing of ours could answer. Returns what takes that back. SIGUSR1
 * does nothing: without a handler it would open Node's debugger to everybody.
 */
export function onSignals(first: () => void): () => void {
  const handle = () => {
    restore();
    first();
  };
  const ignore = () => undefined;
  const restore = () => {
    process.off('SIGINT', handle);
    process.off('SIGTERM', handle);
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  process.on('SIGUSR1', ignore);
  return () => {
    restore();
    process.off('SIGUSR1', ignore);
  };
}
