import { closeSync, readSync } from 'node:fs';
import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError } from '../kernel-error.ts';

/** What an attached iterator writes (kernel 5.8): reading is what makes the kernel run its program, object by object. */
export class IteratorText {
  readonly #what: string;
  #fd: number | null;

  /** @param linkFd of the iterator's link. Throws KernelError. */
  constructor(linkFd: number, what: string) {
    const fd = getLibbpf().bpf_iter_create(linkFd);
    if (fd < 0) throw errnoError(what, fd);
    this.#what = what;
    this.#fd = fd;
  }

  /** False once everything has been read. */
  get isOpen(): boolean {
    return this.#fd !== null;
  }

  /**
   * Fills a piece with what comes next. After a million objects the kernel lets others run (EAGAIN) and goes on at the
   * next read.
   *
   * @returns how many bytes; 0 also where there is nothing yet, see `isOpen`. Throws KernelError.
   */
  read(piece: Buffer): number {
    if (this.#fd === null) return 0;
    try {
      const length = readSync(this.#fd, piece, 0, piece.length, null);
      if (length === 0) this.close();
      return length;
    } catch (error) {
      const { code, errno } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') return 0;
      this.close();
      throw errno === undefined ? error : errnoError(this.#what, errno);
    }
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }
}
