import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { schemaOf, schemas, stateArbitrary } from './arbitraries.ts';
import { histSlot, lhistSlot } from './buckets.ts';
import { compareResults, groupsOf, resultOfGroup } from './compare.ts';
import { keyId } from './key-id.ts';
import type { MapState } from './map-state.ts';
import type { JsonScalar, ResultEntry, ResultMap } from './result-document.ts';
import { mergeNodes, resultEntries } from './result-map.ts';
import type { MapKind, MapSchema } from './schema.ts';

function mapOf(schema: MapSchema, states: Iterable<MapState>): ResultMap {
  const { name, kind, key } = schema;
  return { name, kind, key: [...key], entries: [...resultEntries(schema, mergeNodes(states))] };
}

const map = (kind: MapKind, ...entries: Partial<ResultEntry>[]): ResultMap => ({
  name: '@m',
  kind,
  key: ['string'],
  entries: entries.map((entry) => ({ key: ['k'], nodes: 1, ...entry })),
});
const compared = (a: ResultMap, b: ResultMap) => compareResults([a], [b]).maps[0];

describe('values', () => {
  type Value = JsonScalar | undefined;
  test.each<[MapKind, Value, Value, object]>([
    ['count', 4, 6, { a: 4, b: 6, difference: 2, ratio: 1.5 }],
    ['count', 4, undefined, { a: 4, b: 0, difference: -4, ratio: 0 }],
    ['sum', undefined, 4, { a: 0, b: 4, difference: 4, ratio: null }],
    ['sum', '18446744073709551615', 1, { difference: '-18446744073709551614' }],
    ['max', undefined, 4, { a: null, b: 4, difference: null, ratio: null }],
    ['value', 'on', 'off', { a: 'on', b: 'off', difference: null, ratio: null }],
    ['value', 0, 0, { a: 0, b: 0, difference: 0, ratio: null }],
  ])('%s %s and %s', (kind, a, b, expected) => {
    const side = (value: Value) => (value === undefined ? map(kind) : map(kind, { value }));
    expect(compared(side(a), side(b))?.entries).toMatchObject([expected]);
  });

  test('averages are compared as they are, not rounded', () => {
    const a = map('avg', { count: 2, total: 5, average: 2 });
    const b = map('avg', { count: 4, total: 11, average: 2 });
    expect(compared(a, b)?.entries).toMatchObject([{ a: 2.5, b: 2.75, difference: 0.25, ratio: 1.1 }]);
    const none = map('avg', { count: 0, total: 1, average: 0 });
    expect(compared(a, none)?.entries).toMatchObject([{ a: 2.5, b: null, difference: null, ratio: null }]);
  });

  test('entries rise by how much they differ, and those that do are counted', () => {
    const side = (...values: number[]) =>
      map('count', ...values.map((value, index) => ({ key: [`k${index}`], value })));
    const { changed, entries } = compared(side(9, 5, 1), side(1, 5, 2)) ?? { changed: 0, entries: [] };
    expect([changed, entries.map(({ key, difference }) => [...key, difference])]).toEqual([
      2,
      [
        ['k1', 0],
        ['k2', 1],
        ['k0', -8],
      ],
    ]);
  });
});

test('histograms: count, distance and shift with their bounds', () => {
  const bucket = (min: number, max: number, count: number) => ({ min, max, count });
  const a = map('hist', { count: 2, buckets: [bucket(1, 1, 1), bucket(8, 15, 1)] });
  const b = map('hist', { count: 4, buckets: [bucket(1, 1, 2), bucket(16, 31, 2)] });
  const high = { a: 15, b: 31, difference: 16, min: 1, max: 23 };
  expect(compared(a, b)?.entries).toEqual([
    {
      key: ['k'],
      a: 2,
      b: 4,
      difference: 2,
      ratio: 2,
      distance: 6,
      distanceError: 5.5,
      shift: { p50: { a: 1, b: 1, difference: 0, min: 0, max: 0 }, p90: high, p99: high },
    },
  ]);
  const above = map('hist', { count: 1, buckets: [{ min: 64, max: null, count: 1 }] });
  expect(compared(a, above)?.entries).toMatchObject([
    { distanceError: null, shift: { p50: { difference: 63, min: 63, max: null } } },
  ]);
  expect(compared(a, map('hist'))?.entries).toMatchObject([{ a: 2, b: 0, distance: null, shift: null }]);
});

test('what is not compared says why', () => {
  const named = (name: string, kind: MapKind): ResultMap => ({ ...map(kind), name });
  const a = [named('@x', 'count'), named('@only', 'sum'), named('@t', 'tseries')];
  const b = [named('@x', 'hist'), named('@t', 'tseries'), named('@other', 'sum')];
  expect(compareResults(a, b)).toEqual({
    maps: [],
    notCompared: [
      { name: '@x', reason: 'a has count[string], b has hist[string]' },
      { name: '@only', reason: 'only a has it' },
      { name: '@t', reason: 'time series are not compared' },
      { name: '@other', reason: 'only b has it' },
    ],
  });
});

test('groups of one result', () => {
  const maps = [map('count', { value: 1, group: 'web' }, { value: 3, group: 'db' })];
  expect(groupsOf(maps)).toEqual(['web', 'db']);
  expect(compareResults(resultOfGroup(maps, 'web'), resultOfGroup(maps, 'db')).maps[0]?.entries).toEqual([
    { key: ['k'], a: 1, b: 3, difference: 2, ratio: 3 },
  ]);
});

/** Law: A/A tells no difference. */
function expectSame(a: ResultMap, b: ResultMap) {
  for (const { changed, entries } of compareResults([a], [b]).maps) {
    expect(changed).toBe(0);
    for (const { difference, distance, shift } of entries) {
      expect([difference ?? 0, distance ?? 0]).toEqual([0, 0]);
      for (const moved of Object.values(shift ?? {})) expect(moved.difference).toBe(0);
    }
  }
}

describe('A/A', () => {
  test('a result is as itself', () => {
    const results = schemas.chain(stateArbitrary).map((state) => mapOf(state.schema, [state]));
    fc.assert(fc.property(results, (result) => expectSame(result, result)));
  });

  const kinds: MapKind[] = ['count', 'sum', 'min', 'max', 'avg', 'stats', 'hist', 'lhist'];
  const sample = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.bigInt({ min: -50n, max: 5_000n })), {
    maxLength: 40,
  });

  test('the same events are the same, on whichever nodes they were measured', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        sample.chain((events) => fc.tuple(fc.constant(events), nodesOf(events), nodesOf(events))),
        (kind, [events, here, there]) => {
          const schema = { ...schemaOf(kind, true), key: ['string' as const] };
          expectSame(measured(schema, events, here), measured(schema, events, there));
        },
      ),
    );
  });

  test('twice of every event is the same shape, and no quantile is known to have moved', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<MapKind>('hist', 'lhist'),
        sample,
        fc.integer({ min: 2, max: 5 }),
        (kind, events, times) => {
          const schema = { ...schemaOf(kind, true), key: ['string' as const] };
          const once = measured(schema, events, []);
          const often = measured(schema, Array.from({ length: times }, () => events).flat(), []);
          for (const { distance, shift } of compared(once, often)?.entries ?? []) {
            expect(distance).toBe(0);
            for (const { min, max } of Object.values(shift ?? {})) {
              expect([min ?? 0, 0 - (max ?? 0)].every((bound) => bound <= 0)).toBe(true);
            }
          }
        },
      ),
    );
  });

  const nodesOf = (events: readonly unknown[]) =>
    fc.array(fc.nat(3), { minLength: events.length, maxLength: events.length });

  /** What nodes report of events, the n-th on `nodes[n]`, merged. */
  function measured(schema: MapSchema, events: readonly (readonly [string, bigint])[], nodes: readonly number[]) {
    const states = new Map<number, MapState>();
    for (const [index, [text, value]] of events.entries()) {
      const state = states.get(nodes[index] ?? 0) ?? { schema, entries: new Map() };
      states.set(nodes[index] ?? 0, state);
      const id = keyId([text]);
      const entry = state.entries.get(id) ?? { key: [text], cells: new Map<number, bigint>() };
      state.entries.set(id, entry);
      record(schema, entry.cells, value);
    }
    return mapOf(schema, states.values());
  }

  /** As the kernel does it. */
  function record(schema: MapSchema, cells: Map<number, bigint>, value: bigint): void {
    const add = (slot: number, by: bigint) => cells.set(slot, (cells.get(slot) ?? 0n) + by);
    const present = cells.get(0) ?? value;
    switch (schema.kind) {
      case 'count':
        return void add(0, 1n);
      case 'sum':
        return void add(0, value);
      case 'min':
        return void cells.set(0, present < value ? present : value);
      case 'max':
        return void cells.set(0, present > value ? present : value);
      case 'avg':
      case 'stats':
        add(0, 1n);
        return void add(1, value);
      case 'hist':
        return void add(histSlot(value, schema.histBits ?? 0), 1n);
      case 'lhist':
        return void add(lhistSlot(value, schema.lhist as NonNullable<MapSchema['lhist']>), 1n);
      case 'tseries':
      case 'value':
        throw new TypeError(schema.kind);
    }
  }
});
