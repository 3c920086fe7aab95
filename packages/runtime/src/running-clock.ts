/**
 * A clock for "nothing was heard for so long", milliseconds: it stands still while this process did not run - suspended,
 * starved, or busy. What came meanwhile waits in sockets and is read only after timers that were due: by any other clock a
 * process that was away takes every peer for dead.
 */
export class RunningClock {
  readonly #beatMs: number;
  readonly #monotonic: () => number;
  #lastBeat: number;
  #away = 0;

  /** @param beatMs how often beat() is called */
  constructor(beatMs: number, monotonic: () => number = () => performance.now()) {
    this.#beatMs = beatMs;
    this.#monotonic = monotonic;
    this.#lastBeat = monotonic();
  }

  /** To be called every `beatMs`, before now() is asked; what it comes late is time in which the process did not run. */
  beat(): void {
    const now = this.#monotonic();
    this.#away += Math.max(0, now - this.#lastBeat - this.#beatMs);
    this.#lastBeat = now;
  }

  now(): number {
    return this.#monotonic() - this.#away;
  }
}
