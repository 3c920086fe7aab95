import { type MapDelta, type MapSchema, noLoss } from '@bpfleet/aggregate';
import { writeMaps } from '@bpfleet/contracts';
import { describe, expect, it } from 'vitest';
import { rollupStates } from './rollup.ts';
import type { CheckedFrame } from './run.ts';
import { advanceRun, type RunProgress, settledSeq } from './run-progress.ts';

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
};

function frame(seq: bigint): CheckedFrame {
  const deltas: MapDelta[] = [{ map: 0, entries: [{ key: [], cells: new Map([[0, seq]]) }] }];
  const at = new Date(0);
  return {
    seq,
    windowStart: at,
    windowEnd: at,
    records: 1,
    payload: new Uint8Array(),
    maps: writeMaps(deltas),
    events: [],
    lost: noLoss(),
  };
}

const advance = (run: RunProgress, seqs: bigint[], schemas: readonly MapSchema[] | null, refused: bigint[] = []) =>
  advanceRun(run, { key, connectionEpoch: 1n, frames: seqs.map(frame), refused, schemas });

describe('advanceRun', () => {
  it('applies what comes in order, also the same frame twice in one batch, to the rollup once', () => {
    const { next, fresh: stored, duplicates, rebuild } = advance(fresh, [1n, 2n, 2n], [count]);
    expect([stored.length, duplicates, rebuild, settledSeq(next), next.records]).toEqual([2, 1, false, 2n, 2n]);
    expect(rollupStates(next.rollup, [count]).get(0)?.entries.get('')?.cells).toEqual(new Map([[0, 3n]]));
    expect(advance(next, [1n, 2n], [count])).toMatchObject({ fresh: [], duplicates: 2, next });
  });

  it.each<[string, readonly MapSchema[] | null, boolean]>([
    ['an additive map takes a late frame as it comes', [count], false],
    ['a map that depends on the order is made anew', [count, value], true],
    ['without schemas nothing can be made', null, false],
  ])('%s', (_, schemas, rebuild) => {
    const gap = advance(fresh, [1n, 3n], schemas).next;
    expect(settledSeq(gap)).toBe(1n);
    const late = advance(gap, [2n], schemas);
    expect([late.rebuild, settledSeq(late.next)]).toEqual([rebuild, 3n]);
    expect(late.next.rollup === null).toBe(rebuild || schemas === null);
  });

  it('makes the rollup anew when frames came before the schemas', () => {
    const before = advance(fresh, [1n], null).next;
    expect(advance(before, [2n], [count])).toMatchObject({ rebuild: true });
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
