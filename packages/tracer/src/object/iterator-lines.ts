import { IteratorText } from '@bpfleet/kernel';
import type { TraceEvent } from '../api.ts';
import { decodeText } from '../decode-text.ts';

const PIECE = 64 * 1024;
/** Of one event, bytes: what a message may carry (contracts' ContractLimits.stringLength). A longer line is several. */
const MAX_LINE = 32 * 1024;
const LINE_FEED = 10;

/** What the iterators of an object write, line by line, in the order in which they were attached. */
export class IteratorLines {
  readonly #texts: IteratorText[] = [];
  readonly #piece = Buffer.alloc(PIECE);
  /** Of the first text, what is no whole line yet. */
  #rest: Buffer = Buffer.alloc(0);
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
    this.#cut(Buffer.concat([this.#rest, this.#piece.subarray(0, length)]), isLast);
    if (isLast) this.#texts.shift();
  }

  #cut(bytes: Buffer, isLast: boolean): void {
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(LINE_FEED, start);
      const next = end < 0 || end - start >= MAX_LINE ? start + MAX_LINE : end + 1;
      if (next > bytes.length || (end < 0 && next === bytes.length)) break;
      this.#lines.push(decodeText(bytes.subarray(start, next)));
      start = next;
    }
    if (isLast && start < bytes.length) this.#lines.push(`${decodeText(bytes.subarray(start))}\n`);
    this.#rest = isLast ? Buffer.alloc(0) : bytes.subarray(start);
  }
}
