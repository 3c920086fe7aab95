import type { FunctionBuilder } from './function-builder.ts';
import type { Lowering, MemoryValue } from './lowering.ts';
import { inRegister, type Operand, placeAt } from './value.ts';

/** Values up to this size may lie on the stack, where kernels before 5.12 allow no load at a computed offset. */
const MAX_WORDWISE = 32;

/**
 * The characters of a string in the program's memory. All bytes after its end are zero, so its end is found by halving:
 * some ten loads for 1,024 bytes, without a loop or a branch for the verifier to follow.
 */
export function stringLength(lowering: Lowering, { place, size }: MemoryValue): Operand {
  const { builder } = lowering;
  if (size <= MAX_WORDWISE) {
    let sum: Operand = 0n;
    for (let at = 0; at < size; at += 8) {
      sum = builder.binary('add', sum, usedBytes(builder, builder.load(8, placeAt(place, at))));
    }
    return sum;
  }
  const start = builder.address(place);
  let position: Operand = 0n;
  let left = size;
  while (left > 1) {
    const half = left >> 1;
    const at = builder.register(builder.binary('add', start, position));
    const used = isSet(builder, builder.load(1, inRegister(at, half - 1)));
    position = builder.binary('add', position, builder.binary('mul', used, BigInt(half)));
    left -= half;
  }
  const at = builder.register(builder.binary('add', start, position));
  return builder.binary('add', position, isSet(builder, builder.load(1, inRegister(at))));
}

/** 1 where a byte is not zero. */
function isSet(builder: FunctionBuilder, byte: Operand): Operand {
  return builder.binary('ushr', builder.binary('add', byte, 255n), 8n);
}

/** Bytes of a little-endian word up to its last that is not zero. */
function usedBytes(builder: FunctionBuilder, word: Operand): Operand {
  let rest = word;
  let bytes: Operand = 0n;
  for (const step of [4n, 2n, 1n]) {
    const high = builder.binary('ushr', rest, step * 8n);
    // A number below 2^63 is zero where its negation has no sign.
    const add = builder.binary('mul', builder.binary('ushr', builder.negate(high), 63n), step);
    rest = builder.binary('ushr', rest, builder.binary('shl', add, 3n));
    bytes = builder.binary('add', bytes, add);
  }
  // One byte is left; the verifier has to be told.
  return builder.binary('add', bytes, isSet(builder, builder.binary('and', rest, 255n)));
}
