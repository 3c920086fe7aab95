import type { Expression } from '../syntax/ast.ts';
import { textBytes } from '../types/text-bytes.ts';
import { stringType } from '../types/type.ts';
import { compareMemory, nextUnless } from './compare-memory.ts';
import type { Lowering, MemoryValue } from './lowering.ts';
import { clearMemory } from './memory.ts';
import { type Destination, placeAt, type Value } from './value.ts';

/** A literal: written by stores of constants. */
export function lowerLiteral(lowering: Lowering, text: string, into?: Destination): Value {
  const bytes = textBytes(text);
  const { size } = stringType(bytes.length);
  const destination = into !== undefined && into.size >= size ? into : { place: lowering.allocate(size), size };
  for (const [index, word] of words(bytes).entries()) {
    lowering.builder.store(8, placeAt(destination.place, index * 8), word);
  }
  if (destination.size > size) {
    clearMemory(lowering, placeAt(destination.place, size), destination.size - size);
  }
  return { kind: 'memory', ...destination };
}

/** Bytes as little-endian words, filled up with zeros. */
function words(bytes: Uint8Array): bigint[] {
  const padded = new Uint8Array((bytes.length + 7) & ~7);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  return Array.from({ length: padded.length / 8 }, (_, index) => view.getBigInt64(index * 8, true));
}

/** Goes to `same` where two strings are equal, else to `different`. A literal is compared without being stored. */
export function compareStrings(
  lowering: Lowering,
  left: Expression,
  right: Expression,
  same: number,
  different: number,
): void {
  const { builder } = lowering;
  if (left.kind === 'string' && right.kind === 'string') {
    builder.jump(left.value === right.value ? same : different);
  } else if (right.kind === 'string') {
    compareToLiteral(lowering, lowering.memory(left), right.value, same, different);
  } else if (left.kind === 'string') {
    compareToLiteral(lowering, lowering.memory(right), left.value, same, different);
  } else {
    compareMemory(lowering, lowering.memory(left), lowering.memory(right), same, different);
  }
}

function compareToLiteral(
  lowering: Lowering,
  buffer: MemoryValue,
  text: string,
  same: number,
  different: number,
): void {
  const { builder } = lowering;
  const withZero = textBytes(text);
  if (withZero.length > buffer.size + 1) {
    builder.jump(different);
    return;
  }
  // A text that fills its array has no zero.
  const bytes = withZero.subarray(0, buffer.size);
  // After the text a buffer holds zeros alone: the word with the literal's zero settles the rest.
  for (const [index, word] of words(bytes).entries()) {
    nextUnless(lowering, builder.load(8, placeAt(buffer.place, index * 8)), word, different);
  }
  builder.jump(same);
}
