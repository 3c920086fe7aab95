import { testRun } from '../program/test-run.ts';
import type { Link } from './link.ts';

/** Runs a raw tracepoint program each time this process gets a signal. */
export function attachSignal(programFd: number, signal: 'SIGUSR1'): Link {
  const run = () => testRun(programFd, `self:signal:${signal}`);
  process.on(signal, run);
  const stop = () => {
    process.off(signal, run);
  };
  return { detach: stop, close: stop };
}
