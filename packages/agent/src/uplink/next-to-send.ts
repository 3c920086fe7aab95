import type { RunState } from '../spool/spool-state.ts';

export type Sendable =
  | { readonly kind: 'frame'; readonly seq: bigint }
  /** In place of a frame that is gone: it keeps the sequence whole, and carries how many records are missing. */
  | { readonly kind: 'hole'; readonly seq: bigint; readonly records: bigint };

/** What follows `cursor` in this run, or null at its end. */
export function nextToSend(
  run: Readonly<Pick<RunState, 'frames' | 'holes' | 'last'>>,
  cursor: bigint,
): Sendable | null {
  const seq = cursor + 1n;
  if (seq > run.last) return null;
  const hole = run.holes.find((each) => each.first <= seq && seq <= each.last);
  if (hole) return { kind: 'hole', seq, records: seq === hole.first ? hole.records : 0n };
  return { kind: 'frame', seq };
}
