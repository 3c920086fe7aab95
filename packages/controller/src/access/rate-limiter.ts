export interface Rate {
  /** Requests a second, in the long run. */
  readonly perSecond: number;
  /** Requests that may come at once. */
  readonly burst: number;
}

const maxKeys = 10_000;

/**
 * Limits the rate of each key by the generic cell rate algorithm (ITU-T I.371, annex A): what is kept of a key is when its next
 * request would come if it kept exactly to the rate. Times are milliseconds of any clock that does not go back.
 */
export class RateLimiter {
  readonly #spacingMs: number;
  readonly #toleranceMs: number;
  readonly #expected = new Map<string, number>();

  constructor({ perSecond, burst }: Rate) {
    this.#spacingMs = 1_000 / perSecond;
    this.#toleranceMs = (burst - 1) * this.#spacingMs;
  }

  /** 0 where a request of this key may go on now; else milliseconds after which one may. */
  take(key: string, now: number): number {
    const expected = Math.max(now, this.#expected.get(key) ?? now);
    const waitMs = expected - this.#toleranceMs - now;
    // Set anew at the end, so that the first is the key that was not used for longest.
    this.#expected.delete(key);
    this.#expected.set(key, waitMs > 0 ? expected : expected + this.#spacingMs);
    const [oldest] = this.#expected.keys();
    if (this.#expected.size > maxKeys && oldest !== undefined) {
      this.#expected.delete(oldest);
    }
    return waitMs > 0 ? Math.ceil(waitMs) : 0;
  }
}
