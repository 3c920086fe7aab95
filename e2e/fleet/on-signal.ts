/** Ctrl-C, a kill or a closed terminal: does something, then ends this process. Returns what takes it back. */
export function onSignal(end: () => Promise<void>): () => void {
  const statuses = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  const listeners = Object.entries(statuses).map(([name, status]) => {
    const signal = name as keyof typeof statuses;
    const listener = () => void end().finally(() => process.exit(status));
    process.once(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}
