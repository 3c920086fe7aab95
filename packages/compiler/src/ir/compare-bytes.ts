import type { Lowering } from './lowering.ts';
import { lowBytes, type WordSource } from './string-words.ts';
import type { Operand } from './value.ts';

/**
 * Calls `different` where the first `count` bytes of two values are not the same, once for each word. `texts`: zeros
 * alone follow the end of each.
 */
export function compareBytes(
  lowering: Lowering,
  left: WordSource,
  right: WordSource,
  { count, texts }: { readonly count: number; readonly texts: boolean },
  different: (left: Operand, right: Operand) => void,
): void {
  const { builder } = lowering;
  // Beyond the longer all is zero; of the longer text alone one word tells.
  const told = texts ? Math.min(left.size, right.size) + 8 : Number.POSITIVE_INFINITY;
  const most = Math.min(count, Math.max(left.size, right.size), told);
  for (let at = 0; at < most; at += 8) {
    const l = lowBytes(lowering, left.word(at / 8), count - at);
    const r = lowBytes(lowering, right.word(at / 8), count - at);
    if (typeof l === 'bigint' && typeof r === 'bigint') {
      if (l !== r) different(l, r);
    } else {
      builder.when('ne', l, r, () => different(l, r));
    }
  }
}
