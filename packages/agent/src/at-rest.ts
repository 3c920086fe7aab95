import { releaseHeap } from '@bpfleet/runtime';

/** How often is looked whether anything is traced, and for how long nothing must have been. Milliseconds. */
const LOOK_MS = 5_000;
const REST_MS = 10_000;

export interface AtRestOptions {
  /** Whether anything is loaded, attached or on its way. */
  readonly busy: () => boolean;
  /** Gives memory back that only a tracing agent needs. */
  readonly release?: () => void;
  /** Milliseconds; only differences count. */
  readonly now?: () => number;
}

/** Gives memory back once after each time that something was traced, and after the start. */
export class AtRest {
  readonly #options: Required<AtRestOptions>;
  readonly #timer: NodeJS.Timeout;
  #restingSince: number | null = null;
  #released = false;

  constructor({ busy, release = releaseMemory, now = () => performance.now() }: AtRestOptions) {
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
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

function releaseMemory(): void {
  releaseHeap();
  import('@bpfleet/tracer/process')
    .then(({ releasePages }) => releasePages())
    // Only memory is at stake: a node whose C library or /proc cannot do it must not lose its agent to this.
    .catch((error: unknown) => process.emitWarning(`memory at rest is kept: ${String(error)}`));
}
