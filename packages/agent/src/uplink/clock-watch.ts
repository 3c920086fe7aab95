import type { Logger } from '@bpfleet/runtime';

/** What is corrected without a word, milliseconds: clocks that nothing keeps drift by seconds a day. */
const tolerableMs = 30_000;
const tellEveryMs = 3_600_000;

/** Tells, now and then, that this node's clock is off. What the node measures is corrected; what others write here is not. */
export class ClockWatch {
  readonly #log: Logger;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** `offsetMs`: how far the controller's clock is ahead. `now`: of a clock that does not go back, milliseconds. */
  note(offsetMs: number, now: number): void {
    if (Math.abs(offsetMs) < tolerableMs || now - this.#toldAt < tellEveryMs) return;
    this.#toldAt = now;
    const seconds = Math.round(Math.abs(offsetMs) / 1_000);
    const way = offsetMs > 0 ? 'behind' : 'ahead of';
    this.#log.warn(
      { seconds },
      `this node's clock is ${seconds} s ${way} the controller's: set it, by NTP for example`,
    );
  }
}
