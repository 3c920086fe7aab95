import { evenOdds, type RangeDecoder } from './range-decoder.ts';
import { XzError } from './xz-error.ts';

/** What was decoded so far. Copies reach back into it, but not before `start`, where the dictionary was last emptied. */
export interface Output {
  readonly bytes: Uint8Array;
  length: number;
  start: number;
}

const STATES = 12;
const MAX_POSITION_STATES = 16;
const LITERAL_CODES = 0x300;
const SHORTEST_MATCH = 2;
/** Lengths have their own distances up to this one. */
const LENGTH_STATES = 4;
const SLOT_BITS = 6;
/** Distances from this slot on have bits of even odds, and their lowest four in a tree. */
const FIRST_DIRECT_SLOT = 14;
const FIRST_MODEL_SLOT = 4;
const ALIGN_BITS = 4;
/** Odds of the trees of slots 4 to 13, one after the other. */
const MODEL_ODDS = 1 << (FIRST_DIRECT_SLOT >> 1);

/** How many of the bits of position and of the byte before choose the odds. */
export interface LzmaProperties {
  readonly literalContext: number;
  readonly literalPosition: number;
  readonly position: number;
}

/** Odds for the length of a match: a short, a middle and a long tree. */
class LengthDecoder {
  readonly #choice = evenOdds(2);
  readonly #low = evenOdds(MAX_POSITION_STATES << 3);
  readonly #middle = evenOdds(MAX_POSITION_STATES << 3);
  readonly #high = evenOdds(1 << 8);

  decode(range: RangeDecoder, positionState: number): number {
    if (range.bit(this.#choice, 0) === 0) return range.tree(this.#low, positionState << 3, 3);
    if (range.bit(this.#choice, 1) === 0) return 8 + range.tree(this.#middle, positionState << 3, 3);
    return 16 + range.tree(this.#high, 0, 8);
  }
}

/** LZMA as LZMA2 carries it: chunk after chunk, with the odds of the chunk before. Source: the LZMA SDK's specification. */
export class LzmaDecoder {
  readonly #properties: LzmaProperties;
  readonly #literals: Uint16Array;
  readonly #isMatch = evenOdds(STATES * MAX_POSITION_STATES);
  readonly #isRepeat = evenOdds(STATES);
  readonly #isRepeat0 = evenOdds(STATES);
  readonly #isRepeat0Long = evenOdds(STATES * MAX_POSITION_STATES);
  readonly #isRepeat1 = evenOdds(STATES);
  readonly #isRepeat2 = evenOdds(STATES);
  readonly #slots = evenOdds(LENGTH_STATES << SLOT_BITS);
  readonly #models = evenOdds(MODEL_ODDS);
  readonly #align = evenOdds(1 << ALIGN_BITS);
  readonly #matchLength = new LengthDecoder();
  readonly #repeatLength = new LengthDecoder();
  /** Distances of the last four matches, less one. */
  #repeats: [number, number, number, number] = [0, 0, 0, 0];
  #state = 0;

  constructor(properties: LzmaProperties) {
    this.#properties = properties;
    this.#literals = evenOdds(LITERAL_CODES << (properties.literalContext + properties.literalPosition));
  }

  /** Decodes up to a length of the output. Throws XzError. */
  decode(range: RangeDecoder, output: Output, until: number): void {
    while (output.length < until) {
      const positionState = (output.length - output.start) & ((1 << this.#properties.position) - 1);
      if (range.bit(this.#isMatch, (this.#state << 4) + positionState) === 0) {
        this.#literal(range, output);
        continue;
      }
      const length = this.#match(range, output, positionState);
      if (length > 0) copy(output, this.#repeats[0], length, until);
    }
  }

  #literal(range: RangeDecoder, output: Output): void {
    const { literalContext, literalPosition } = this.#properties;
    const position = output.length - output.start;
    const before = position > 0 ? (output.bytes[output.length - 1] ?? 0) : 0;
    const low = (position & ((1 << literalPosition) - 1)) << literalContext;
    const base = LITERAL_CODES * (low + (before >> (8 - literalContext)));
    let symbol = 1;
    if (this.#state >= 7) {
      let matched = output.bytes[output.length - this.#repeats[0] - 1] ?? 0;
      while (symbol < 0x100) {
        const matchBit = (matched >> 7) & 1;
        matched <<= 1;
        const bit = range.bit(this.#literals, base + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (matchBit !== bit) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | range.bit(this.#literals, base + symbol);
    output.bytes[output.length++] = symbol & 0xff;
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  /** Sets the distance that is copied from. Returns the length; 0 where a single byte was copied. */
  #match(range: RangeDecoder, output: Output, positionState: number): number {
    const state = this.#state;
    const afterLiteral = state < 7;
    if (range.bit(this.#isRepeat, state) === 0) {
      const length = SHORTEST_MATCH + this.#matchLength.decode(range, positionState);
      const [first, second, third] = this.#repeats;
      this.#repeats = [this.#distance(range, length), first, second, third];
      this.#state = afterLiteral ? 7 : 10;
      return length;
    }
    if (range.bit(this.#isRepeat0, state) === 0) {
      if (range.bit(this.#isRepeat0Long, (state << 4) + positionState) === 0) {
        this.#state = afterLiteral ? 9 : 11;
        copy(output, this.#repeats[0], 1, output.length + 1);
        return 0;
      }
    } else {
      this.#takeRepeat(range, state);
    }
    this.#state = afterLiteral ? 8 : 11;
    return SHORTEST_MATCH + this.#repeatLength.decode(range, positionState);
  }

  /** Brings an earlier distance to the front. */
  #takeRepeat(range: RangeDecoder, state: number): void {
    const [first, second, third, fourth] = this.#repeats;
    if (range.bit(this.#isRepeat1, state) === 0) this.#repeats = [second, first, third, fourth];
    else if (range.bit(this.#isRepeat2, state) === 0) this.#repeats = [third, first, second, fourth];
    else this.#repeats = [fourth, first, second, third];
  }

  #distance(range: RangeDecoder, length: number): number {
    const lengthState = Math.min(length - SHORTEST_MATCH, LENGTH_STATES - 1);
    const slot = range.tree(this.#slots, lengthState << SLOT_BITS, SLOT_BITS);
    if (slot < FIRST_MODEL_SLOT) return slot;
    const bits = (slot >> 1) - 1;
    const high = (2 | (slot & 1)) * 2 ** bits;
    if (slot < FIRST_DIRECT_SLOT) return high + range.reverseTree(this.#models, high - slot, bits);
    const middle = range.direct(bits - ALIGN_BITS) * (1 << ALIGN_BITS);
    return high + middle + range.reverseTree(this.#align, 0, ALIGN_BITS);
  }
}

/** Byte by byte: what is copied may be what was just written. */
function copy(output: Output, distance: number, length: number, until: number): void {
  const { bytes } = output;
  const from = output.length - distance - 1;
  if (from < output.start) throw new XzError('a copy reaches before the beginning');
  if (output.length + length > until) throw new XzError('a copy reaches beyond its chunk');
  for (let index = 0; index < length; index++) bytes[output.length + index] = bytes[from + index] ?? 0;
  output.length += length;
}
