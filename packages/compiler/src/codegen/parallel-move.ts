/** One register to be moved to another. */
export interface Move {
  readonly from: number;
  readonly to: number;
}

/**
 * An order of moves that does as if all happened at once: none overwrites a register that a later one reads. A cycle
 * goes through `spare`.
 */
export function sequenceMoves(moves: readonly Move[], spare: number): Move[] {
  const pending = moves.filter((move) => move.from !== move.to);
  const sequence: Move[] = [];
  while (pending.length > 0) {
    const ready = pending.findIndex((move) => !pending.some((other) => other !== move && other.from === move.to));
    if (ready >= 0) {
      sequence.push(...pending.splice(ready, 1));
      continue;
    }
    // Every target is still read: break the cycle at the first.
    const first = pending[0] as Move;
    sequence.push({ from: first.from, to: spare });
    for (const [index, move] of pending.entries())
      if (move.from === first.from) pending[index] = { ...move, from: spare };
  }
  return sequence;
}
