/** How often is looked whether the process is busy, and for how long it must not have been. Milliseconds. */
const LOOK_MS = 5_000;
const REST_MS = 10_000;

export interface AtRestOptions {
  /** Whether there was anything to do; asked every few seconds. */
  readonly busy: () => boolean;
  /** Gives memory back that only a busy process needs. */
  readonly release: () => void;
  /** Milliseconds; only differences count. */
  readonly now?: () => number;
}

/** Has a process give memory back once after each time that it was busy, and after its start. */
export class AtRest {
  readonly #options: Required<AtRestOptions>;
  readonly #timer: NodeJS.Timeout;
  #restingSince: number | null = null;
  #released = false;

  constructor({ busy, release, now = () => performance.now() }: AtRestOptions) {
    this.#options = { busy, release, now };
    this.#timer = setInterval(() => this.look(), LOOK_MS);
    this.#timer.unref();
  }

  /** Looks now. */
  look(): void {
    const { busy, release, now } = this.#options;
    if (busy()) {
      this.#restingSince = null;
      this.#released = false;
      return;
    }
    this.#restingSince ??= now();
    if (this.#released || now() - this.#restingSince < REST_MS) return;
    this.#released = true;
    release();
    // The release of a large heap takes a second itself: counted as work, it would be followed by another one, for ever.
    busy();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
