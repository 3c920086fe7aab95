import { IteratorText } from '@bpfleet/kernel';
import type { TraceEvent } from '../api.ts';
import { LineCutter } from './line-cutter.ts';

const PIECE = 64 * 1024;

/** What the iterators of an object write, line by line, in the order in which they were attached. */
export class IteratorLines {
  readonly #texts: IteratorText[] = [];
  readonly #piece = Buffer.alloc(PIECE);
  readonly #cutter = new LineCutter();
  #lines: string[] = [];

  /** Throws KernelError. */
  open(linkFd: number, name: string): void {
    this.#texts.push(new IteratorText(linkFd, `run iterator "${name}"`));
  }

  get hasNews(): boolean {
    return this.#texts.length > 0 || this.#lines.length > 0;
  }

  /** At most `limit` lines. */
  drain(limit: number): TraceEvent[] {
    const at = BigInt(Date.now()) * 1_000_000n;
    while (this.#lines.length < limit && this.#texts.length > 0) this.#readOn();
    return this.#lines.splice(0, limit).map((text) => ({ at, type: 'printf', text, values: [text] }));
  }

  close(): void {
    for (const text of this.#texts.splice(0)) text.close();
    this.#lines = [];
  }

  #readOn(): void {
    const [text] = this.#texts;
    const length = text?.read(this.#piece) ?? 0;
    const isLast = text?.isOpen !== true;
    this.#lines.push(...this.#cutter.cut(this.#piece.subarray(0, length), isLast));
    if (isLast) this.#texts.shift();
  }
}
