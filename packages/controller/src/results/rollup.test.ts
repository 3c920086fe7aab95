import {
  applyDelta,
  type Composite,
  type EntryDelta,
  emptyState,
  type MapDelta,
  type MapKind,
  type MapSchema,
  type MapState,
  type Scalar,
  type Stack,
} from '@bpfleet/aggregate';
import { writeMaps } from '@bpfleet/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rollupStates, withRollup } from './rollup.ts';

const stack: Stack = [{ symbol: 'vfs_read', module: '', offset: 17 }];
const tuple: Composite = { kind: 'tuple', parts: [1n, 'a'] };
const keys: Record<string, readonly Scalar[]> = {
  string: ['', 'a', 'ä', 'task-7'],
  int: [0n, -1n, 2n ** 62n],
  uint: [0n, 2n ** 64n - 1n],
  stack: [stack, []],
  tuple: [tuple],
};

const kinds: MapKind[] = ['count', 'stats', 'hist', 'lhist', 'min', 'max', 'value'];
const schemas: readonly MapSchema[] = kinds.map((kind, id) => ({
  id,
  name: `@m${id}`,
  kind,
  key: id === 0 ? [] : [Object.keys(keys)[id % 5] as MapSchema['key'][number]],
  signed: true,
  ...(kind === 'hist' ? { histBits: 0 } : {}),
  ...(kind === 'lhist' ? { lhist: { min: 0n, max: 50n, step: 10n } } : {}),
}));
const slots: Partial<Record<MapKind, number>> = { stats: 2, hist: 64, lhist: 7 };
/** Small ones, which cancel out, and such as overflow. */
const cell = fc.oneof(fc.bigInt(-2n, 2n), fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), 2n ** 32n, -(2n ** 32n)));

function entryOf({ kind, key }: MapSchema): fc.Arbitrary<EntryDelta> {
  const parts = fc.tuple(...key.map((type) => fc.constantFrom(...(keys[type] ?? []))));
  if (kind === 'value') return fc.record({ key: parts, value: cell, cells: fc.constant(new Map()) });
  const cells = fc
    .uniqueArray(fc.tuple(fc.nat((slots[kind] ?? 1) - 1), cell), {
      minLength: 1,
      maxLength: 5,
      selector: ([slot]) => slot,
    })
    .map((pairs) => new Map(pairs));
  const change = fc.record({ key: parts, cells });
  if (kind !== 'min' && kind !== 'max') return change;
  return fc.oneof(
    change,
    parts.map((gone): EntryDelta => ({ key: gone, cells: new Map(), deleted: true })),
  );
}

const delta = fc
  .constantFrom(...schemas)
  .chain((schema) =>
    fc.array(entryOf(schema), { maxLength: 4 }).map((entries): MapDelta => ({ map: schema.id, entries })),
  );
const frames = fc.array(fc.array(delta, { maxLength: 4 }), { maxLength: 12 });

function applied(deltas: readonly MapDelta[]): Map<number, MapState> {
  const states = new Map(schemas.map((schema) => [schema.id, emptyState(schema)]));
  for (const each of deltas) applyDelta(states.get(each.map) as MapState, each);
  return states;
}

describe('a rollup', () => {
  it('is what the deltas make of an empty map, over any number of times that it is stored', () => {
    fc.assert(
      fc.property(frames, fc.nat(11), (windows, cut) => {
        const payloads = windows.map(writeMaps);
        const fold = (stored: Uint8Array | null, some: readonly Uint8Array[]) =>
          withRollup(schemas, (rollup) => {
            for (const maps of [...(stored === null ? [] : [stored]), ...some]) rollup.fold(maps);
            return { bytes: rollup.encode(), entries: rollup.countEntries() };
          });
        const first = fold(null, payloads.slice(0, cut));
        const { bytes, entries } = fold(first.bytes, payloads.slice(cut));
        const expected = applied(windows.flat());
        expect(rollupStates(bytes, schemas)).toEqual(expected);
        expect(entries).toBe([...expected.values()].reduce((sum, state) => sum + state.entries.size, 0));
      }),
      { numRuns: 500 },
    );
  });

  it('holds more keys than it has room for at first, and none of another run', () => {
    const entries = Array.from(
      { length: 5_000 },
      (_, index): EntryDelta => ({
        key: [BigInt(index)],
        cells: new Map([
          [index % 60, 1n],
          [(index % 3) + 61, 2n],
        ]),
      }),
    );
    const hist: MapSchema = { id: 0, name: '@h', kind: 'hist', key: ['int'], signed: true, histBits: 0 };
    const one: readonly MapSchema[] = [hist];
    for (const part of [entries, entries.slice(100, 110)]) {
      const bytes = withRollup(one, (rollup) => {
        for (let at = 0; at < part.length; at += 500)
          rollup.fold(writeMaps([{ map: 0, entries: part.slice(at, at + 500) }]));
        rollup.fold(writeMaps([{ map: 0, entries: part }]));
        return rollup.encode();
      });
      const state = emptyState(hist);
      for (const _ of [1, 2]) applyDelta(state, { map: 0, entries: part });
      expect(rollupStates(bytes, one).get(0)).toEqual(state);
    }
  });
});
