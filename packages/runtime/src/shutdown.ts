/**
 * Runs `callback` once, at the first SIGINT or SIGTERM. A second signal does not wait for it: the process ends at once
 * with the status of that signal. Returns what takes the handlers off again.
 */
export function onShutdown(callback: (signal: NodeJS.Signals) => void | Promise<void>): () => void {
  let asked = false;
  const handle = (signal: NodeJS.Signals) => {
    if (asked) {
      process.exit(128 + (signal === 'SIGINT' ? 2 : 15));
    }
    asked = true;
    void Promise.resolve(callback(signal)).catch((error: unknown) => {
      process.stderr.write(`shutdown failed: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    });
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return () => {
    process.off('SIGINT', handle);
    process.off('SIGTERM', handle);
  };
}
