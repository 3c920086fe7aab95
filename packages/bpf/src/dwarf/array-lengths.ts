import { At, Tag } from './constants.ts';
import type { DebugEntries } from './debug-entries.ts';
import { DwarfError } from './dwarf-error.ts';
import type { Entry } from './entry.ts';
import { MAX_DIMENSIONS, MAX_LENGTH } from './limits.ts';

/** The elements of each dimension of an array, the outermost first; 0 where only the running program knows. */
export function arrayLengths(entries: DebugEntries, entry: Entry): number[] {
  const lengths: number[] = [];
  for (const child of entries.children(entry)) {
    if (child.tag !== Tag.SUBRANGE_TYPE) continue;
    if (lengths.length === MAX_DIMENSIONS) throw new DwarfError('an array in it has too many dimensions');
    const upper = entries.constant(child, At.UPPER_BOUND);
    const count = entries.constant(child, At.COUNT) ?? (upper === undefined ? 0n : upper + 1n);
    // An empty array's upper bound is -1, also written in 4 or 8 bytes without a sign.
    lengths.push(count >= 0n && count <= BigInt(MAX_LENGTH) ? Number(count) : 0);
  }
  return lengths;
}
