import { onlineCpus } from '@bpfleet/kernel';
import type { Trace } from './api.ts';
import type { RunClock } from './run-clock.ts';

/** Counting makes programs slower, so that only a twentieth of the time is counted. Milliseconds. */
const SAMPLE_MS = 100;
const EVERY_MS = 2_000;

/** What the programs of a trace cost, by samples: the first begins at once. */
export class OverheadMeter {
  readonly #trace: Trace;
  readonly #clock: RunClock;
  #counting = false;
  #switchAt: number;
  #since = 0;
  #countedMs = 0;

  constructor(trace: Trace, clock: RunClock) {
    this.#trace = trace;
    this.#clock = clock;
    this.#switchAt = clock.monotonicMs();
  }

  /** Begins or ends a sample where it is time to. Returns how long nothing is to be done, milliseconds. */
  step(): number {
    const now = this.#clock.monotonicMs();
    if (now >= this.#switchAt) {
      this.#set(!this.#counting, now);
      this.#switchAt = now + (this.#counting ? SAMPLE_MS : EVERY_MS - SAMPLE_MS);
    }
    return this.#switchAt - now;
  }

  /** Ends it. Returns the fraction of this machine's CPU time; null where the kernel does not count. */
  end(): number | null {
    if (this.#counting) this.#set(false, this.#clock.monotonicMs());
    const stats = this.#trace.runStats();
    if (stats === null || this.#countedMs <= 0) return null;
    return Number(stats.ns) / (this.#countedMs * 1e6 * onlineCpus().length);
  }

  #set(counting: boolean, now: number): void {
    this.#trace.countRuns(counting);
    this.#counting = counting;
    if (counting) this.#since = now;
    else this.#countedMs += now - this.#since;
  }
}
