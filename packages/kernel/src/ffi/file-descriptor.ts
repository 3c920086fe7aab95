import { closeInBackground } from './close-in-background.ts';
import { getLibc } from './libc.ts';

/**
 * A file descriptor that the kernel gave us. Closing twice is harmless; using it after close throws,
 * because the number may belong to another file by then.
 */
export class FileDescriptor {
  #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  get number(): number {
    if (this.#fd < 0) throw new Error('file descriptor is closed');
    return this.#fd;
  }

  get isOpen(): boolean {
    return this.#fd >= 0;
  }

  close(): void {
    if (this.#fd < 0) return;
    getLibc().close(this.#fd);
    this.#fd = -1;
  }

  /** As close, but returns at once. */
  closeInBackground(): void {
    if (this.#fd < 0) return;
    const fd = this.#fd;
    this.#fd = -1;
    closeInBackground(fd);
  }
}
