/**
 * Writes the fields of one protobuf message (https://protobuf.dev/programming-guides/encoding). Fields of the default
 * value are left out, as proto3 has it.
 */
export class ProtobufWriter {
  readonly #bytes: number[] = [];

  /** int64, uint64, bool and enums: negative ones as the two's complement of 64 bits. */
  varint(field: number, value: bigint | number): this {
    if (BigInt(value) !== 0n) {
      this.#varint(BigInt(field << 3));
      this.#varint(BigInt(value));
    }
    return this;
  }

  /** A repeated field of integers, packed. */
  packed(field: number, values: readonly (bigint | number)[]): this {
    const packed = new ProtobufWriter();
    for (const value of values) packed.#varint(BigInt(value));
    return values.length === 0 ? this : this.#delimited(field, packed.#bytes);
  }

  /** One element of a repeated field of strings, which may be empty. */
  string(field: number, text: string): this {
    return this.#delimited(field, new TextEncoder().encode(text));
  }

  message(field: number, message: ProtobufWriter): this {
    return this.#delimited(field, message.#bytes);
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #delimited(field: number, bytes: ArrayLike<number>): this {
    this.#varint(BigInt((field << 3) | 2));
    this.#varint(BigInt(bytes.length));
    // Not spread: arguments are limited in number.
    for (let index = 0; index < bytes.length; index++) this.#bytes.push(bytes[index] as number);
    return this;
  }

  #varint(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    while (rest >= 0x80n) {
      this.#bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#bytes.push(Number(rest));
  }
}
