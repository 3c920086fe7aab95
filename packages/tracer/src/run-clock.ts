import { setTimeout as sleep } from 'node:timers/promises';

/** Time as a run sees it, so that tests can bring their own. Milliseconds. */
export interface RunClock {
  /** Since the Unix epoch, by this node's wall clock. */
  wallMs(): number;
  /** Never steps back. */
  monotonicMs(): number;
  /** Ends early when the signal aborts; never throws. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

export const systemClock: RunClock = {
  wallMs: () => Date.now(),
  // `performance` loads modules that a short trace has no time for.
  monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
  async sleep(ms, signal) {
    try {
      await sleep(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  },
};
