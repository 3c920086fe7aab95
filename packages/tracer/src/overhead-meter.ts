import { onlineCpus } from '@bpfleet/kernel';
import type { OnOverhead, Trace } from './api.ts';
import type { RunClock } from './run-clock.ts';

/** Counting makes programs slower, so that only a part of the time is counted. Milliseconds. */
const SAMPLE_MS = 100;
/** From the end of one to the beginning of the next. */
const PAUSE_MS = { 'at-once': 0, soon: 900, later: 1_900 } as const;

/** What the programs of a trace cost, by samples: the first begins at once. */
export class OverheadMeter {
  readonly #trace: Trace;
  readonly #clock: RunClock;
  readonly #onSample: OnOverhead | undefined;
  #counting = false;
  #switchAt: number;
  #sinceMs = 0;
  #sinceNs = 0n;
  #countedMs = 0;
  #countedNs = 0n;
  #uncounted = false;

  constructor(trace: Trace, clock: RunClock, onSample?: OnOverhead) {
    this.#trace = trace;
    this.#clock = clock;
    this.#onSample = onSample;
    this.#switchAt = clock.monotonicMs();
  }

  /** Begins or ends a sample where it is time to. Returns how long nothing is to be done, milliseconds. */
  step(): number {
    const now = this.#clock.monotonicMs();
    if (now >= this.#switchAt) {
      if (this.#counting) this.#switchAt = now + this.#sample(now);
      if (now >= this.#switchAt) this.#begin(now);
    }
    return this.#switchAt - now;
  }

  /** Ends it. Returns the fraction of this machine's CPU time; null where the kernel does not count. */
  end(): number | null {
    if (this.#counting) this.#stop(this.#clock.monotonicMs());
    return this.#uncounted || this.#countedMs <= 0 ? null : shareOf(this.#countedNs, this.#countedMs);
  }

  /** While anybody has the kernel count, it counts the programs of all: only what a sample adds is its own. */
  #begin(now: number): void {
    if (!this.#counting) this.#trace.countRuns(true);
    const stats = this.#trace.runStats();
    if (stats === null && !this.#uncounted) {
      this.#uncounted = true;
      this.#onSample?.(null);
    }
    this.#counting = true;
    this.#sinceMs = now;
    this.#sinceNs = stats?.ns ?? 0n;
    this.#switchAt = now + SAMPLE_MS;
  }

  /** Returns how long to wait for the next. Where it follows at once the kernel goes on counting. */
  #sample(now: number): number {
    const { ns, ms } = this.#read(now);
    const share = this.#uncounted || ms <= 0 ? null : shareOf(ns, ms);
    const pauseMs = PAUSE_MS[(share === null ? undefined : this.#onSample?.(share)) ?? 'later'];
    if (pauseMs === 0) return 0;
    this.#trace.countRuns(false);
    this.#counting = false;
    return pauseMs;
  }

  #stop(now: number): void {
    this.#read(now);
    this.#trace.countRuns(false);
    this.#counting = false;
  }

  #read(now: number): { ns: bigint; ms: number } {
    const ns = (this.#trace.runStats()?.ns ?? 0n) - this.#sinceNs;
    const ms = now - this.#sinceMs;
    this.#countedNs += ns;
    this.#countedMs += ms;
    return { ns, ms };
  }
}

function shareOf(ns: bigint, ms: number): number {
  return Number(ns) / (ms * 1e6 * onlineCpus().length);
}
