import { cpus } from 'node:os';
import type { OnOverhead, Trace } from '@bpfleet/tracer';

const sampleMs = 300;

/** What a collection costs, of which the kernel counts every run: by samples that follow one another. */
export class HeldOverhead {
  readonly #trace: Trace;
  readonly #onSample: OnOverhead;
  readonly #cpus = cpus().length;
  #sinceMs: number;
  #sinceNs: bigint;

  constructor(trace: Trace, onSample: OnOverhead, nowMs: number) {
    const stats = trace.runStats();
    this.#trace = trace;
    this.#onSample = onSample;
    this.#sinceMs = nowMs;
    this.#sinceNs = stats?.ns ?? 0n;
    if (stats === null) onSample(null);
  }

  /** To be called often, with a clock that never steps back. */
  look(nowMs: number): void {
    const ms = nowMs - this.#sinceMs;
    if (ms < sampleMs) return;
    const ns = this.#trace.runStats()?.ns;
    if (ns === undefined) return;
    const share = Number(ns - this.#sinceNs) / (ms * 1e6 * this.#cpus);
    this.#sinceMs = nowMs;
    this.#sinceNs = ns;
    this.#onSample(share);
  }
}
