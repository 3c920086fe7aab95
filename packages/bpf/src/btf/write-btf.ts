import { Kind } from './index-types.ts';

const HEADER_BYTES = 24;
const MAGIC = 0xeb9f;
const INT_SIGNED = 1 << 24;

/** One type to be written: what `info`, `size or type` and the words after them hold. */
export interface TypeText {
  readonly kind: keyof typeof Kind;
  readonly name?: string;
  readonly flag?: boolean;
  /** Members, parameters or variables; of a function, its linkage. */
  readonly count?: number;
  /** Size in bytes, or number of a type. */
  readonly value?: number;
  /** Words after the head; a text becomes the place of that name. */
  readonly rest?: readonly (number | string)[];
}

/** A signed whole number of C. */
export function intType(name: string, bytes: number): TypeText {
  return { kind: 'INT', name, value: bytes, rest: [INT_SIGNED | (bytes * 8)] };
}

/** A whole number of C without sign. */
export function unsignedType(name: string, bytes: number): TypeText {
  return { kind: 'INT', name, value: bytes, rest: [bytes * 8] };
}

/** A BTF blob, type after type. Source of the format: the kernel's Documentation/bpf/btf.rst. */
export class BtfBuilder {
  readonly #encoder = new TextEncoder();
  /** Where each string begins; the first is the empty one. */
  readonly #strings = new Map<string, number>([['', 0]]);
  readonly #words: number[] = [];
  #stringBytes = 1;
  #types = 0;

  /** Where a string is among the strings of the blob. */
  string(text: string): number {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    const at = this.#stringBytes;
    this.#strings.set(text, at);
    this.#stringBytes += this.#encoder.encode(text).length + 1;
    return at;
  }

  /** Adds a type. Returns its number: 1 for the first. */
  type({ kind, name = '', flag = false, count = 0, value = 0, rest = [] }: TypeText): number {
    this.#words.push(this.string(name), ((flag ? 1 << 31 : 0) | (Kind[kind] << 24) | count) >>> 0, value);
    for (const word of rest) this.#words.push(typeof word === 'string' ? this.string(word) : word);
    this.#types += 1;
    return this.#types;
  }

  build(): Uint8Array {
    const typeBytes = this.#words.length * 4;
    const bytes = new Uint8Array(HEADER_BYTES + typeBytes + this.#stringBytes);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, MAGIC, true);
    view.setUint8(2, 1);
    for (const [index, word] of [HEADER_BYTES, 0, typeBytes, typeBytes, this.#stringBytes].entries()) {
      view.setUint32(4 + index * 4, word, true);
    }
    for (const [index, word] of this.#words.entries()) view.setUint32(HEADER_BYTES + index * 4, word, true);
    for (const [text, at] of this.#strings) bytes.set(this.#encoder.encode(text), HEADER_BYTES + typeBytes + at);
    return bytes;
  }
}

/** Bytes of a BTF blob with these types, the first of which has number 1. */
export function writeBtf(types: readonly TypeText[]): Uint8Array {
  const builder = new BtfBuilder();
  for (const type of types) builder.type(type);
  return builder.build();
}
