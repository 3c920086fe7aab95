import type { Trace, TraceEvent } from './api.ts';

const SECOND_MS = 1_000;

/** What was taken out of the rings. */
export interface Drained {
  readonly events: readonly TraceEvent[];
  /** Thrown away: those over the limit. */
  readonly sampledOut: number;
}

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

  /** Empties the rings of at most `limit` events. `nowMs`: by the clock of `startMs`. */
  drain(trace: Pick<Trace, 'drain' | 'skip'>, limit: number, nowMs: number): Drained {
    const left = this.#left(nowMs);
    const found = left > 0 ? trace.drain(Math.min(limit, left)) : [];
    // A program's print() of a map comes on top of the limit.
    const events = found.length > left ? found.slice(0, left) : found;
    this.#taken += events.length;
    const more = limit - found.length;
    const skipped = events.length >= left && more > 0 ? skip(trace, more) : 0;
    return { events, sampledOut: found.length - events.length + skipped };
  }

  #left(nowMs: number): number {
    const second = Math.floor((nowMs - this.#startMs) / SECOND_MS);
    if (second !== this.#second) {
      this.#second = second;
      this.#taken = 0;
    }
    const perSecond = this.#perSecond();
    return perSecond === null ? Number.POSITIVE_INFINITY : Math.max(0, perSecond - this.#taken);
  }
}

function skip(trace: Pick<Trace, 'drain' | 'skip'>, limit: number): number {
  return trace.skip?.(limit) ?? trace.drain(limit).length;
}
