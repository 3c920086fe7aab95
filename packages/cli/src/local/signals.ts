/**
 * Calls `first` at the first SIGINT or SIGTERM; a second one ends the process as it would have without us. Returns what
 * takes that back. SIGUSR1 does nothing: without a handler it would open Node's debugger to everybody.
 */
export function onSignals(first: () => void): () => void {
  let asked = false;
  const handle = (signal: NodeJS.Signals) => {
    if (asked) {
      release();
      process.kill(process.pid, signal);
      return;
    }
    asked = true;
    first();
  };
  const ignore = () => undefined;
  const release = () => {
    process.off('SIGINT', handle);
    process.off('SIGTERM', handle);
    process.off('SIGUSR1', ignore);
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  process.on('SIGUSR1', ignore);
  return release;
}
