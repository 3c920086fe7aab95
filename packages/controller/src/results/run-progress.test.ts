import { type MapDelta, type MapSchema, noLoss } from '@bpfleet/aggregate';
import { writeMaps } from '@bpfleet/contracts';
import { describe, expect, it } from 'vitest';
import { readStates } from './read-states.ts';
import type { CheckedFrame } from './run.ts';
import { advanceRun, type Rolling, type RunProgress, settledSeq } from './run-progress.ts';
import { countSeqs } from './seq-ranges.ts';

const count: MapSchema = { id: 0, name: '@c', kind: 'count', key: [], signed: false };
const value: MapSchema = { id: 1, name: '@v', kind: 'value', key: [], signed: true };
const key = { sessionId: 's', nodeId: 'n', bootEpoch: 1n };
const fresh: RunProgress = {
  key,
  storedSeqs: [],
  refusedSeqs: [],
  records: 0n,
  lost: noLoss(),
  entries: 0,
  rollup: null,
  waitingSeqs: [],
  waitingBytes: 0,
};

function frame(seq: bigint): CheckedFrame {
  const deltas: MapDelta[] = [{ map: 0, entries: [{ key: [], cells: new Map([[0, seq]]) }] }];
  const at = new Date(0);
  return {
    seq,
    windowStart: at,
    windowEnd: at,
    records: 1,
    payload: new Uint8Array(10),
    maps: writeMaps(deltas),
    events: [],
    lost: noLoss(),
  };
}

const advance = (run: RunProgress, seqs: bigint[], schemas: readonly MapSchema[] | null, refused: bigint[] = []) =>
  advanceRun(run, { key, connectionEpoch: 1n, frames: seqs.map(frame), refused, schemas });

describe('advanceRun', () => {
  it('applies what comes in order, also the same frame twice in one batch, to the rollup once', () => {
    const { next, fresh: stored, duplicates, rolling } = advance(fresh, [1n, 2n, 2n], [count]);
    expect([stored.length, duplicates, rolling, settledSeq(next), next.records]).toEqual([2, 1, 'none', 2n, 2n]);
    expect(
      readStates(next.rollup as Uint8Array, [count])
        .get(0)
        ?.entries.get('')?.cells,
    ).toEqual(new Map([[0, 3n]]));
    expect(advance(next, [1n, 2n], [count])).toMatchObject({ fresh: [], duplicates: 2, next });
  });

  it.each<[string, readonly MapSchema[] | null, Rolling]>([
    ['an additive map takes a late frame as it comes', [count], 'none'],
    ['a map that depends on the order is made anew', [count, value], 'all'],
    ['without schemas nothing can be made', null, 'none'],
  ])('%s', (_, schemas, rolling) => {
    const gap = advance(fresh, [1n, 3n], schemas).next;
    expect(settledSeq(gap)).toBe(1n);
    const late = advance(gap, [2n], schemas);
    expect([late.rolling, settledSeq(late.next)]).toEqual([rolling, 3n]);
    expect(late.next.rollup === null).toBe(rolling === 'all' || schemas === null);
  });

  it('makes the rollup anew when frames came before the schemas', () => {
    const before = advance(fresh, [1n], null).next;
    expect(advance(before, [2n], [count])).toMatchObject({ rolling: 'all' });
  });

  it.each<[string, readonly MapSchema[], number, bigint[], Rolling, bigint]>([
    ['waits', [count], 100, [3n], 'none', 1n],
    ['waits with those that wait', [count], 100, [3n, 4n], 'none', 2n],
    ['is rolled up once there is as much of it', [count], 20, [3n, 4n], 'waiting', 2n],
    ['waits where it is late and the order does not matter', [count], 100, [2n], 'none', 1n],
    ['makes the rollup anew where it is late and the order matters', [value], 100, [2n], 'all', 0n],
  ])('beside a large rollup a frame %s', (_, schemas, bytes, seqs, rolling, waiting) => {
    const large = {
      ...fresh,
      storedSeqs: [
        [1n, 1n],
        [3n, 3n],
      ] as const,
      rollup: { bytes },
    };
    const run = seqs[0] === 3n ? { ...large, storedSeqs: [[1n, 2n]] as const } : large;
    const step = advance(run, seqs, schemas);
    expect([step.rolling, countSeqs(step.next.waitingSeqs)]).toEqual([rolling, waiting]);
    expect(step.next.rollup).toEqual(rolling === 'all' ? null : { bytes });
  });

  it('passes over refused frames', () => {
    expect(settledSeq(advance(fresh, [1n, 3n], [count], [2n]).next)).toBe(3n);
  });

  it('refuses what would make its row grow without end', () => {
    const gaps = Array.from({ length: 1_001 }, (_, index) => BigInt(2 * index + 1));
    expect(advance(fresh, gaps, [count])).toMatchObject({
      fresh: [],
      refused: { length: 1_001 },
      next: { storedSeqs: [], records: 0n },
    });
    expect(advance({ ...fresh, entries: 250_000 }, [1n], [count])).toMatchObject({ fresh: [], refused: [{ seq: 1n }] });
  });
});
