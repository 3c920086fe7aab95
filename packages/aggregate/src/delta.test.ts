import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparable, schemaOf, schemas, stateArbitrary } from './arbitraries.ts';
import { applyDelta, diff, isEmptyDelta } from './delta.ts';
import { emptyState } from './key-id.ts';
import type { MapState } from './map-state.ts';

const reads = schemas.chain((schema) => fc.array(stateArbitrary(schema), { minLength: 1, maxLength: 5 }));

describe('diff and applyDelta', () => {
  test('the deltas of successive reads lead to the last read', () => {
    fc.assert(
      fc.property(reads, (states) => {
        const followed = emptyState((states[0] as MapState).schema);
        let previous: MapState | undefined;
        for (const state of states) {
          applyDelta(followed, diff(previous, state));
          previous = state;
          expect(comparable(followed)).toEqual(comparable(state));
        }
      }),
    );
  });

  test('a state differs from itself by nothing', () => {
    fc.assert(
      fc.property(reads, ([state]) => {
        expect(isEmptyDelta(diff(state, state as MapState))).toBe(true);
      }),
    );
  });

  const keyless = (kind: 'count' | 'max' | 'value', cells: [number, bigint][], value?: string): MapState => ({
    schema: { ...schemaOf(kind, true), key: [] },
    entries: new Map([['', { key: [], cells: new Map(cells), ...(value === undefined ? {} : { value }) }]]),
  });

  test('a deleted count is a negative difference', () => {
    const before = keyless('count', [[0, 5n]]);
    expect(diff(before, emptyState(before.schema)).entries).toEqual([{ key: [], cells: new Map([[0, -5n]]) }]);
  });

  test('a deleted maximum and a deleted value say so', () => {
    for (const before of [keyless('max', [[0, 5n]]), keyless('value', [], 'x')]) {
      expect(diff(before, emptyState(before.schema)).entries).toEqual([{ key: [], cells: new Map(), deleted: true }]);
    }
  });

  test('a maximum is sent as it is now, also when a clear made it smaller', () => {
    const before = keyless('max', [[0, 9n]]);
    const delta = diff(before, keyless('max', [[0, 4n]]));
    applyDelta(before, delta);
    expect(before.entries.get('')?.cells.get(0)).toBe(4n);
  });

  test('what is returned shares no cells with the state it was made from', () => {
    const state = keyless('max', [[0, 9n]]);
    const delta = diff(undefined, state);
    state.entries.get('')?.cells.set(0, 1n);
    expect(delta.entries[0]?.cells.get(0)).toBe(9n);
  });
});
