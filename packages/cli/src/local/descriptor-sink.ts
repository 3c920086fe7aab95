import { writeSync } from 'node:fs';
import { encodeText } from '@bpfleet/bpf';

/** When what is written reaches the descriptor: at once, or when much has gathered. */
export type Buffering = 'none' | 'line' | 'full';

/** Bytes that are gathered with full buffering. */
const FULL = 4096;
/** How long to wait for a reader that is slower than us, where the pipe does not block. Milliseconds. */
const RETRY_MS = 1;

/**
 * Writes text to an open file descriptor, and is done when it returns: a reader that is slow holds the trace up instead
 * of filling memory. Lines are written as they come with `line` as well as with `none`; a rest of a line is not held back.
 * Throws what write(2) fails with, EPIPE above all.
 */
export class DescriptorSink {
  readonly #fd: number;
  readonly #buffering: Buffering;
  #kept = '';

  constructor(fd: number, buffering: Buffering = 'line') {
    this.#fd = fd;
    this.#buffering = buffering;
  }

  write(text: string): void {
    if (this.#buffering === 'full' && this.#kept.length + text.length < FULL) {
      this.#kept += text;
      return;
    }
    const all = this.#kept + text;
    this.#kept = '';
    writeAll(this.#fd, encodeText(all));
  }

  /** Writes what was gathered. */
  flush(): void {
    const rest = this.#kept;
    this.#kept = '';
    writeAll(this.#fd, encodeText(rest));
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      // Someone else made the pipe or terminal non-blocking, for everybody who has it.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}
