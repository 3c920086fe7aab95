import { XzError } from './xz-error.ts';

/** Probabilities have 11 bits, and move by a 32nd of what they are away from the end. */
const PROBABILITY_BITS = 11;
const MOVE_BITS = 5;
const EVEN = 1 << (PROBABILITY_BITS - 1);
const TOP = 2 ** 24;

/** So many bits, each as likely as not. */
export function evenOdds(count: number): Uint16Array {
  return new Uint16Array(count).fill(EVEN);
}

/** The range decoder of LZMA ("LZMA specification" of the LZMA SDK): turns bytes into bits of known odds. */
export class RangeDecoder {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;
  #range = 0xffff_ffff;
  #code: number;

  /** @param start of the 5 bytes that it begins with */
  constructor(bytes: Uint8Array, start: number, end: number) {
    if (end - start < 5 || bytes[start] !== 0) throw new XzError('a chunk is damaged');
    const word = (index: number) => bytes[start + index] ?? 0;
    this.#bytes = bytes;
    this.#end = end;
    this.#at = start + 5;
    this.#code = ((word(1) << 24) | (word(2) << 16) | (word(3) << 8) | word(4)) >>> 0;
  }

  /** Whether all bytes were used, and no bit is left. */
  get isDone(): boolean {
    return this.#at === this.#end && this.#code === 0;
  }

  /** A bit whose odds are at a place of a table, which learns. */
  bit(odds: Uint16Array, index: number): 0 | 1 {
    const probability = odds[index] ?? 0;
    const bound = (this.#range >>> PROBABILITY_BITS) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      odds[index] = probability + (((1 << PROBABILITY_BITS) - probability) >>> MOVE_BITS);
      this.#normalize();
      return 0;
    }
    this.#range -= bound;
    this.#code -= bound;
    odds[index] = probability - (probability >>> MOVE_BITS);
    this.#normalize();
    return 1;
  }

  /** So many bits of even odds, the highest first. */
  direct(count: number): number {
    let value = 0;
    for (let left = count; left > 0; left--) {
      this.#range = this.#range >>> 1;
      const isSet = this.#code >= this.#range;
      if (isSet) this.#code -= this.#range;
      value = value * 2 + (isSet ? 1 : 0);
      this.#normalize();
    }
    return value;
  }

  /** A number of so many bits, the highest first, by a tree of odds from `base` on. */
  tree(odds: Uint16Array, base: number, bits: number): number {
    let node = 1;
    for (let left = bits; left > 0; left--) node = (node << 1) | this.bit(odds, base + node);
    return node - (1 << bits);
  }

  /** ... the lowest bit first. */
  reverseTree(odds: Uint16Array, base: number, bits: number): number {
    let node = 1;
    let value = 0;
    for (let index = 0; index < bits; index++) {
      const bit = this.bit(odds, base + node);
      node = (node << 1) | bit;
      value |= bit << index;
    }
    return value;
  }

  #normalize(): void {
    if (this.#range >= TOP) return;
    if (this.#at >= this.#end) throw new XzError('a chunk ends too early');
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | (this.#bytes[this.#at++] ?? 0)) >>> 0;
  }
}
