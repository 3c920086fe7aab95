/**
 * Calls `first` at the first SIGINT or SIGTERM and `second` at every later one, instead of ending the process.
 * Returns what takes that back.
 */
export function onInterrupts(first: () => void, second: () => void): () => void {
  let count = 0;
  const handle = () => {
    count += 1;
    (count === 1 ? first : second)();
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return () => {
    process.off('SIGINT', handle);
    process.off('SIGTERM', handle);
  };
}
