import type { Lowering, MemoryValue } from './lowering.ts';
import { placeAt } from './value.ts';

/**
 * Goes to `same` where two values are equal: all of their bytes are. Of two texts the one with more room has its zero where the
 * other ends.
 */
export function compareMemory(
  lowering: Lowering,
  left: MemoryValue,
  right: MemoryValue,
  same: number,
  different: number,
): void {
  const { builder } = lowering;
  const bytes = Math.min(left.size, right.size);
  for (let at = 0; at < bytes; at += 8) {
    const word = builder.load(8, placeAt(left.place, at));
    nextUnless(lowering, word, builder.load(8, placeAt(right.place, at)), different);
  }
  const longer = left.size > right.size ? left : right;
  if (longer.size > bytes) nextUnless(lowering, builder.load(1, placeAt(longer.place, bytes)), 0n, different);
  builder.jump(same);
}

/** Goes on in a new block where a word is as expected, and to `different` where it is not. */
export function nextUnless(lowering: Lowering, word: number, expected: number | bigint, different: number): void {
  const next = lowering.builder.newBlock();
  lowering.builder.branch('eq', word, expected, next, different);
  lowering.builder.startBlock(next);
}
