import { textBytes } from '../types/text-bytes.ts';
import type { FunctionBuilder } from './function-builder.ts';
import type { Lowering, MemoryValue } from './lowering.ts';
import { copyValue } from './memory.ts';
import { stringLength } from './string-length.ts';
import { literalWords, lowBytes } from './string-words.ts';
import { type Destination, inRegister, type Operand, type Place, placeAt } from './value.ts';

/** What the search gives where there is nothing: -ENOENT, as bpftrace 0.27 has it. */
const NOT_FOUND = -2n;
/** Objects up to this size may lie on the stack, where older kernels allow no access at a computed offset. */
const MAX_STACK_OBJECT = 32;
/** Of the polynomial that texts are told apart by. */
const FACTOR = 16_777_619n;

/** Evaluates a string right into memory that ends with so many zeros; it is given where it shall lie. */
type Haystack = { readonly size: number; store(into: Destination): MemoryValue };

/**
 * Where a literal begins in a string: at each place 8 bytes at once are held against it. The loop ends with the text;
 * the verifier follows some ten instructions a byte.
 */
export function searchLiteral(lowering: Lowering, haystack: Haystack, literal: string): Operand {
  const { builder } = lowering;
  const bytes = textBytes(literal).length - 1;
  if (bytes === 0) return 0n;
  const needle = literalWords(literal);
  const words = Math.ceil(bytes / 8);
  const { place, size } = storeAt(lowering, haystack, 0, words * 8);
  const search = new Search(lowering, size);
  const at = builder.copy(builder.address(place));
  search.loop(() => {
    const next = builder.newBlock();
    for (let index = 0; index < words; index++) {
      const word = lowBytes(lowering, builder.load(8, inRegister(at, index * 8)), bytes - index * 8);
      search.continueIf('eq', word, needle.word(index), next);
    }
    builder.jump(search.found);
    builder.startBlock(next);
    search.continueIf('ne', builder.load(1, inRegister(at)), 0n, search.missing);
    builder.assign(at, builder.binary('add', at, 1n));
  });
  return search.finish((index) => index);
}

/**
 * Where a string begins in another (Karp and Rabin 1987): the hash of the last bytes, as many as the needle has, is
 * kept up to date and held against the needle's; where they are the same, the bytes are compared. No loop lies in
 * another, which would be too much for the verifier; a text whose bytes differ under the same hash, one in 2^64, ends
 * the search. Before the text lie zeros, so that what leaves the window needs no question whether it was there.
 */
export function searchString(lowering: Lowering, haystack: Haystack, needle: MemoryValue): Operand {
  const { builder } = lowering;
  const { size: needleSize } = needle;
  const text = storeAt(lowering, haystack, needleSize, needleSize);
  const pattern = storeAt(lowering, { size: needleSize, store: () => needle }, 0, 8);
  const length = stringLength(lowering, pattern);
  const result = builder.copy(0n);
  const [some, after] = [builder.newBlock(), builder.newBlock()];
  builder.branch('eq', builder.register(length), 0n, after, some);
  builder.startBlock(some);
  const { hash, power } = hashOf(lowering, pattern);
  const search = new Search(lowering, text.size);
  const rolling = builder.copy(0n);
  const enters = builder.copy(builder.address(text.place));
  // The verifier takes no offset that may be negative: what the needle lacks is counted from where the zeros begin.
  const lacking = builder.binary('sub', BigInt(needleSize), length);
  const leaves = builder.copy(builder.binary('add', builder.address(placeAt(text.place, -needleSize)), lacking));
  search.loop(() => {
    const byte = builder.load(1, inRegister(enters));
    search.continueIf('ne', byte, 0n, search.missing);
    const gone = builder.binary('mul', builder.load(1, inRegister(leaves)), power);
    builder.assign(rolling, builder.binary('mul', rolling, FACTOR));
    builder.assign(rolling, builder.binary('add', rolling, builder.binary('sub', byte, gone)));
    search.continueIf('ne', rolling, hash, search.found);
    builder.assign(enters, builder.binary('add', enters, 1n));
    builder.assign(leaves, builder.binary('add', leaves, 1n));
  });
  const index = search.finish((last) => {
    const bounded = builder.copy(last);
    const start = builder.binary('sub', builder.binary('add', bounded, 1n), length);
    const same = startsWith(lowering, text, pattern, { last: bounded, lacking });
    builder.when('eq', same, 0n, () => builder.assign(bounded, NOT_FOUND));
    builder.when('ne', same, 0n, () => builder.assign(bounded, start));
    return bounded;
  });
  builder.assign(result, index);
  builder.jump(after);
  builder.startBlock(after);
  return result;
}

/** A loop over the bytes of a text with two ways out. */
class Search {
  readonly found: number;
  readonly missing: number;
  readonly #builder: FunctionBuilder;
  readonly #cell: Place;
  readonly #size: number;
  readonly #index: number;

  constructor(lowering: Lowering, size: number) {
    this.#builder = lowering.builder;
    this.#size = size;
    this.found = this.#builder.newBlock();
    this.missing = this.#builder.newBlock();
    // In the scratch memory, whose contents the verifier does not follow.
    this.#cell = lowering.allocate(MAX_STACK_OBJECT + 8);
    this.#index = this.#builder.copy(0n);
  }

  /** Goes on where the comparison holds, else to a block. */
  continueIf(comparison: 'eq' | 'ne', left: Operand, right: Operand, otherwise: number): void {
    const next = this.#builder.newBlock();
    this.#builder.branch(comparison, left, right, next, otherwise);
    this.#builder.startBlock(next);
  }

  loop(body: () => void): void {
    const builder = this.#builder;
    const again = builder.newBlock();
    builder.jump(again);
    builder.startBlock(again);
    body();
    builder.assign(this.#index, builder.binary('add', this.#index, 1n));
    builder.branch('ult', this.#index, BigInt(this.#size), again, this.missing);
  }

  /**
   * What was found. The index goes through memory: as a number that the verifier knows, what follows would be walked
   * through once for each place where the text may be.
   */
  finish(found: (index: number) => Operand): number {
    const builder = this.#builder;
    const result = builder.newRegister();
    const after = builder.newBlock();
    builder.startBlock(this.found);
    builder.store(8, this.#cell, this.#index);
    builder.assign(result, found(builder.load(8, this.#cell)));
    builder.jump(after);
    builder.startBlock(this.missing);
    builder.assign(result, NOT_FOUND);
    builder.jump(after);
    builder.startBlock(after);
    return result;
  }
}

/** The hash of a whole text, and the factor by which a byte counts once it has left the window. */
function hashOf(lowering: Lowering, { place, size }: MemoryValue): { hash: number; power: number } {
  const { builder } = lowering;
  const hash = builder.copy(0n);
  const power = builder.copy(1n);
  const at = builder.copy(builder.address(place));
  const left = builder.copy(BigInt(size));
  const [again, some, done] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  builder.jump(again);
  builder.startBlock(again);
  const byte = builder.load(1, inRegister(at));
  builder.branch('ne', byte, 0n, some, done);
  builder.startBlock(some);
  builder.assign(hash, builder.binary('add', builder.binary('mul', hash, FACTOR), byte));
  builder.assign(power, builder.binary('mul', power, FACTOR));
  builder.assign(at, builder.binary('add', at, 1n));
  builder.assign(left, builder.binary('sub', left, 1n));
  builder.branch('ne', left, 0n, again, done);
  builder.startBlock(done);
  return { hash, power };
}

/** Whether the needle ends with byte `last` of the text: 1 or 0. */
function startsWith(
  lowering: Lowering,
  text: MemoryValue,
  needle: MemoryValue,
  { last, lacking }: { readonly last: number; readonly lacking: Operand },
): number {
  const { builder } = lowering;
  const result = builder.copy(0n);
  const [again, some, same, inside, done] = [
    builder.newBlock(),
    builder.newBlock(),
    builder.newBlock(),
    builder.newBlock(),
    builder.newBlock(),
  ];
  builder.branch('ult', last, BigInt(text.size), inside, done);
  builder.startBlock(inside);
  const first = builder.address(placeAt(text.place, 1 - needle.size));
  const at = builder.copy(builder.binary('add', first, builder.binary('add', lacking, last)));
  const expected = builder.copy(builder.address(needle.place));
  const left = builder.copy(BigInt(needle.size));
  builder.jump(again);
  builder.startBlock(again);
  const byte = builder.load(1, inRegister(expected));
  builder.branch('ne', byte, 0n, some, same);
  builder.startBlock(some);
  const next = builder.newBlock();
  builder.branch('eq', byte, builder.load(1, inRegister(at)), next, done);
  builder.startBlock(next);
  builder.assign(at, builder.binary('add', at, 1n));
  builder.assign(expected, builder.binary('add', expected, 1n));
  builder.assign(left, builder.binary('sub', left, 1n));
  builder.branch('ne', left, 0n, again, same);
  builder.startBlock(same);
  builder.assign(result, 1n);
  builder.jump(done);
  builder.startBlock(done);
  return result;
}

/** A string in scratch memory with so many zeros before and after it. */
function storeAt(lowering: Lowering, { size, store }: Haystack, before: number, after: number): MemoryValue {
  const { builder } = lowering;
  const whole = lowering.allocate(Math.max(MAX_STACK_OBJECT + 8, before + size + after));
  for (let at = 0; at < before; at += 8) builder.store(8, placeAt(whole, at), 0n);
  const into = { place: placeAt(whole, before), size: size + after };
  const value = store(into);
  if (value.place !== into.place) copyValue(lowering, value, into);
  return { place: into.place, size };
}
