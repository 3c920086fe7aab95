import { textBytes } from '../types/text-bytes.ts';
import type { Lowering, MemoryValue } from './lowering.ts';
import { type Operand, placeAt } from './value.ts';

/** A value by words of 8 bytes. */
export interface WordSource {
  /** Bytes; the words from there on are zero. */
  readonly size: number;
  word(index: number): Operand;
}

/** The words of a literal: constants. */
export function literalWords(text: string): WordSource {
  const bytes = textBytes(text);
  const padded = new Uint8Array((bytes.length + 7) & ~7);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  const word = (index: number) => (index * 8 < padded.length ? view.getBigInt64(index * 8, true) : 0n);
  return { size: padded.length, word };
}

/** The words of a value in the program's memory. */
export function memoryWords({ builder }: Lowering, { place, size }: MemoryValue): WordSource {
  return { size, word: (index) => (index * 8 < size ? builder.load(8, placeAt(place, index * 8)) : 0n) };
}

/** The low `bytes` bytes of a word. */
export function lowBytes({ builder }: Lowering, word: Operand, bytes: number): Operand {
  return bytes >= 8 ? word : builder.binary('and', word, (1n << BigInt(bytes * 8)) - 1n);
}
