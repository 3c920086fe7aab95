import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** Asks whether this process was busy since it was last asked: ran for more than a share, 0 to 1, of that time. */
export function loopBusy(share: number): () => boolean {
  let last: EventLoopUtilization = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization > share;
  };
}
