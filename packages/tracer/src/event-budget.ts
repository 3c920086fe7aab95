const SECOND_MS = 1_000;

/** How many events may still be taken in this second: the seconds are counted from the start. What a quiet one leaves is gone. */
export class EventBudget {
  readonly #perSecond: () => number | null;
  readonly #startMs: number;
  #second = 0;
  #taken = 0;

  /** @param perSecond asked each time, as a limit may change meanwhile; null: as many as there are */
  constructor(perSecond: () => number | null, startMs: number) {
    this.#perSecond = perSecond;
    this.#startMs = startMs;
  }

  /** @param nowMs by the clock of `startMs` */
  left(nowMs: number): number {
    const second = Math.floor((nowMs - this.#startMs) / SECOND_MS);
    if (second !== this.#second) {
      this.#second = second;
      this.#taken = 0;
    }
    const perSecond = this.#perSecond();
    return perSecond === null ? Number.POSITIVE_INFINITY : Math.max(0, perSecond - this.#taken);
  }

  take(events: number): void {
    this.#taken += events;
  }
}
