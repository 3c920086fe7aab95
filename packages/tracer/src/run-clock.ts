import { setTimeout as sleep } from 'node:timers/promises';

/** Time as a run sees it, so that tests can bring their own. Milliseconds. */
export interface RunClock {
  /** Since the Unix epoch, by this node's wall clock. */
  wallMs(): number;
  /** Never steps back. */
  monotonicMs(): number;
  /** Ends early when the signal aborts; never throws. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
  /** Looks every `everyMs` whether something is due, for `forMs` at most, or until the signal aborts; never throws. */
  watch(everyMs: number, forMs: number, due: () => boolean, signal: AbortSignal | undefined): Promise<void>;
}

export const systemClock: RunClock = {
  wallMs: () => Date.now(),
  // `performance` loads modules that a short trace has no time for.
  monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
  // What an idle node pays for a trace: each look is a timer and a comparison, with no promise and no listener of its own.
  watch: (everyMs, forMs, due, signal) =>
    new Promise((resolve) => {
      const end = systemClock.monotonicMs() + forMs;
      const look = () => {
        const left = end - systemClock.monotonicMs();
        if (left <= 0 || due() || signal?.aborted === true) resolve();
        else setTimeout(look, Math.min(everyMs, left));
      };
      look();
    }),
  async sleep(ms, signal) {
    try {
      await sleep(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  },
};
