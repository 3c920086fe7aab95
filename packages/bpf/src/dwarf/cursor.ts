import { DwarfError } from './dwarf-error.ts';

/** A LEB128 of 64 bits has at most so many bytes; longer ones are padded on purpose or damaged. */
const MAX_LEB_BYTES = 10;

/** The bytes of a section. */
export class Section {
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

/** Reads a section from some place on, little-endian. Every method throws DwarfError where bytes are missing. */
export class Cursor {
  /** Offset within the section of the byte that is read next. */
  at: number;
  readonly end: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  /** `end`: where reading stops, at most the section's own end. */
  constructor({ bytes, view }: Section, at: number, end: number = bytes.length) {
    if (!(at >= 0 && at <= end && end <= bytes.length)) throw new DwarfError('it points outside itself');
    this.#bytes = bytes;
    this.#view = view;
    this.at = at;
    this.end = end;
  }

  u8(): number {
    return this.#bytes[this.#take(1)] ?? 0;
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u24(): number {
    return this.u16() | (this.u8() << 16);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  /** An offset or address: 4 or 8 bytes. Nothing of use is beyond what a double holds exactly. */
  offset(bytes: number): number {
    if (bytes === 4) return this.u32();
    const value = this.u64();
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);
  }

  /** An unsigned LEB128 (DWARF 5, section 7.6) of what may be a place or a count. */
  uleb(): number {
    const first = this.u8();
    if (first < 0x80) return first;
    this.at--;
    return Number(this.wideUleb());
  }

  wideUleb(): bigint {
    return BigInt.asUintN(64, this.#leb().value);
  }

  sleb(): bigint {
    const { value, bits } = this.#leb();
    return BigInt.asIntN(Math.min(bits, 64), value);
  }

  skip(bytes: number): void {
    this.#take(bytes);
  }

  /** Past the zero at the end of a string. */
  skipString(): void {
    const zero = this.#bytes.indexOf(0, this.at);
    if (zero < 0 || zero >= this.end) throw new DwarfError('a name in it has no end');
    this.at = zero + 1;
  }

  skipLeb(): void {
    while (this.u8() >= 0x80);
  }

  #leb(): { readonly value: bigint; readonly bits: number } {
    let value = 0n;
    for (let index = 0; index < MAX_LEB_BYTES; index++) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) return { value, bits: 7 * (index + 1) };
    }
    throw new DwarfError('a number in it is too long');
  }

  #take(bytes: number): number {
    const { at } = this;
    if (!(bytes <= this.end - at)) throw new DwarfError('it is cut off');
    this.at = at + bytes;
    return at;
  }
}
