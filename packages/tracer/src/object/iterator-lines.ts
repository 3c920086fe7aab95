import { IteratorText } from '@bpfleet/kernel';
import type { TraceEvent } from '../api.ts';
import { LineCutter } from './line-cutter.ts';
import { readObjectRecord } from './read-object-record.ts';
import { RecordCutter } from './record-cutter.ts';
import type { RecordShape } from './record-output.ts';

const PIECE = 64 * 1024;

/** One iterator, and how what it writes becomes events. */
interface OpenIterator {
  readonly name: string;
  readonly text: IteratorText;
  readonly cut: (piece: Buffer, isLast: boolean) => Omit<TraceEvent, 'at'>[];
}

/** What the iterators of an object write, line by line or record by record, in the order in which they were attached. */
export class IteratorLines {
  readonly #open: OpenIterator[] = [];
  readonly #piece = Buffer.alloc(PIECE);
  readonly #bytes = new Set<string>();
  #events: Omit<TraceEvent, 'at'>[] = [];

  /** @param shape of its records; null where it writes text. Throws KernelError. */
  open(linkFd: number, name: string, shape: RecordShape | null): void {
    const text = new IteratorText(linkFd, `run iterator "${name}"`);
    this.#open.push({ name, text, cut: shape === null ? this.#lines(name) : records(shape) });
  }

  get hasNews(): boolean {
    return this.#open.length > 0 || this.#events.length > 0;
  }

  /** Names of those that have written something that is no text. */
  get writingBytes(): readonly string[] {
    return [...this.#bytes];
  }

  /** At most `limit` events. */
  drain(limit: number): TraceEvent[] {
    const at = BigInt(Date.now()) * 1_000_000n;
    while (this.#events.length < limit && this.#open.length > 0) this.#readOn();
    return this.#events.splice(0, limit).map((event) => ({ ...event, at }));
  }

  close(): void {
    for (const { text } of this.#open.splice(0)) text.close();
    this.#events = [];
  }

  #readOn(): void {
    const [first] = this.#open;
    if (first === undefined) return;
    const length = first.text.read(this.#piece);
    const isLast = !first.text.isOpen;
    this.#events.push(...first.cut(this.#piece.subarray(0, length), isLast));
    if (isLast) this.#open.shift();
  }

  #lines(name: string): OpenIterator['cut'] {
    const cutter = new LineCutter();
    return (piece, isLast) => {
      if (piece.includes(0)) this.#bytes.add(name);
      return cutter.cut(piece, isLast).map((text) => ({ type: 'printf', text, values: [text] }));
    };
  }
}

function records(shape: RecordShape): OpenIterator['cut'] {
  const cutter = new RecordCutter(shape.size);
  return (piece, isLast) =>
    cutter.cut(piece, isLast).map((bytes) => {
      const { text, value } = readObjectRecord(shape, bytes, 0, bytes.length);
      return { type: 'value', text, values: [value] };
    });
}
