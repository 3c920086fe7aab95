/** What is not in the form in which our encoder writes it. It may be good protobuf all the same. */
export class NotCanonical extends Error {
  override readonly name = 'NotCanonical';
}

/** One for all: it is thrown where others are asked to look, and nobody reads where it came from. */
const notCanonical = new NotCanonical('not in canonical form');

/** Throws NotCanonical. */
export function refuseForm(): never {
  throw notCanonical;
}

/**
 * Reads varints of one buffer without allocating anything, and only in their shortest form. Reading beyond `bytes` gives zeros: whoever
 * reads a message checks that it ends where its length says.
 */
export class WireReader {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  /** The 64 bits that were read last, in two halves; signed, as the bit operations give them. */
  low = 0;
  high = 0;

  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
  }

  /** The next byte, which stays. */
  peek(): number {
    return this.bytes[this.at] as number;
  }

  /** Below 2^28: all that lengths, slots and identifiers of maps need. Throws NotCanonical. */
  uint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++] as number;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      byte = bytes[this.at++] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return byte === 0 ? refuseForm() : value;
    }
    return refuseForm();
  }

  /** Any varint, into `low` and `high`. Throws NotCanonical. */
  uint64(): void {
    const { bytes } = this;
    let byte = bytes[this.at++] as number;
    this.low = byte & 0x7f;
    this.high = 0;
    if (byte < 0x80) return;
    for (let shift = 7; shift < 70; shift += 7) {
      byte = bytes[this.at++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) {
        this.low |= bits << shift;
      } else if (shift === 28) {
        this.low |= bits << 28;
        this.high = bits >>> 4;
      } else {
        this.high |= bits << (shift - 32);
      }
      if (byte < 0x80) {
        if (byte === 0 || (shift === 63 && byte > 1)) refuseForm();
        return;
      }
    }
    refuseForm();
  }

  /** A zigzag varint, into `low` and `high`. Throws NotCanonical. */
  sint64(): void {
    this.uint64();
    const { low, high } = this;
    const sign = -(low & 1);
    this.low = ((low >>> 1) | (high << 31)) ^ sign;
    this.high = (high >>> 1) ^ sign;
  }

  /** The length of a message, string or packed list that begins here. Returns where it ends, within `limit`. Throws NotCanonical. */
  lengthWithin(limit: number): number {
    const length = this.uint();
    const end = this.at + length;
    return end > limit ? refuseForm() : end;
  }
}
