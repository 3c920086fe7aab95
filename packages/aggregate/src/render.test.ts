import { describe, expect, test } from 'vitest';
import { histSlot, lhistSlot } from './buckets.ts';
import { keyId } from './key-id.ts';
import type { Entry, MapState } from './map-state.ts';
import { renderMapJson, scalarJson, stringJson } from './render-json.ts';
import { type RenderOptions, renderMap } from './render-text.ts';
import type { MapSchema, Scalar, Stack } from './schema.ts';

type Row = readonly [key: readonly Scalar[], cells: Record<number, bigint>, value?: Scalar];

function state(schema: Partial<MapSchema>, ...rows: Row[]): MapState {
  const entries = rows.map(([key, cells, value]): [string, Entry] => [
    keyId(key),
    {
      key,
      cells: new Map(Object.entries(cells).map(([slot, cell]) => [Number(slot), cell])),
      ...(value === undefined ? {} : { value }),
    },
  ]);
  return { schema: { id: 0, name: '@x', kind: 'count', key: [], signed: true, ...schema }, entries: new Map(entries) };
}

const read: Stack = [
  { symbol: 'vfs_read', module: '', offset: 17 },
  { symbol: 'entry', module: '', offset: 0 },
];
const bar = (length: number) => `|${'@'.repeat(length).padEnd(52)}|`;
const lhist = { min: 0n, max: 10n, step: 1n };
const counts = state({ kind: 'count', key: ['string'] }, [['y'], { 0: 2n }], [['x'], { 0: 1n }], [['w'], { 0: 2n }]);

/** Expected texts are what bpftrace 0.27.1 printed for the same maps. */
const cases: [name: string, state: MapState, text: string, json: string, options?: RenderOptions][] = [
  ['an empty map', state({ key: ['int'] }), '', ''],
  ['a count', state({}, [[], { 0: 3n }]), '@x: 3\n', '{"type": "map", "data": {"@x": 3}}\n'],
  [
    'counts, ascending, equal ones by key',
    counts,
    '@x[x]: 1\n@x[w]: 2\n@x[y]: 2\n',
    '{"type": "map", "data": {"@x": {"x": 1, "w": 2, "y": 2}}}\n',
  ],
  ['the largest one', counts, '@x[y]: 2\n', '{"type": "map", "data": {"@x": {"y": 2}}}\n', { top: 1 }],
  [
    'divided values',
    state({ kind: 'sum', key: ['int'] }, [[1n], { 0: -7n }]),
    '@x[1]: -3\n',
    '{"type": "map", "data": {"@x": {"1": -3}}}\n',
    { div: 2 },
  ],
  [
    'unsigned sums and keys',
    state({ kind: 'sum', key: ['uint'], signed: false }, [[-1n], { 0: -1n }]),
    '@x[18446744073709551615]: 18446744073709551615\n',
    '{"type": "map", "data": {"@x": {"18446744073709551615": "18446744073709551615"}}}\n',
  ],
  [
    'minima, compared as unsigned',
    state({ kind: 'min', key: ['int'] }, [[0n], { 0: -4n }], [[1n], { 0: 3n }]),
    '@x[1]: 3\n@x[0]: -4\n',
    '{"type": "map", "data": {"@x": {"1": 3, "0": -4}}}\n',
  ],
  [
    'stacks as keys, before a string',
    state({ key: ['stack', 'string'] }, [[read, 'cat'], { 0: 2n }], [[[], 'sh'], { 0: 1n }]),
    '@x[\n, sh]: 1\n@x[\n        vfs_read+17\n        entry+0\n, cat]: 2\n',
    '{"type": "map", "data": {"@x": {"\\n,sh": 1, "\\nvfs_read+17\\nentry+0\\n,cat": 2}}}\n',
  ],
  [
    'a stack as a value',
    state({ kind: 'value', signed: false }, [[], {}, read]),
    '@x: \n        vfs_read+17\n        entry+0\n\n',
    '{"type": "map", "data": {"@x": "\\n        vfs_read+17\\n        entry+0\\n"}}\n',
  ],
  ['an average', state({ kind: 'avg' }, [[], { 0: 2n, 1: 11n }]), '@x: 5\n', '{"type": "stats", "data": {"@x": 5}}\n'],
  [
    'stats by two keys',
    state({ kind: 'stats', key: ['int', 'string'] }, [[2n, 'l'], { 0: 1n, 1: 4n }], [[1n, 'k m'], { 0: 1n, 1: 3n }]),
    '@x[1, k m]: { .count = 1, .average = 3, .total = 3 }\n@x[2, l]: { .count = 1, .average = 4, .total = 4 }\n',
    '{"type": "stats", "data": {"@x": {"1,km": {"count": 1, "average": 3, "total": 3}, "2,l": {"count": 1, "average": 4, "total": 4}}}}\n',
  ],
  [
    'strings, by key',
    state({ kind: 'value', key: ['string'] }, [['b'], {}, 'first'], [['a'], {}, 'second']),
    '@x[a]: second\n@x[b]: first\n',
    '{"type": "map", "data": {"@x": {"a": "second", "b": "first"}}}\n',
  ],
  [
    'a string key in parentheses',
    state({ kind: 'value', key: ['string'] }, [['(sd-pam)'], {}, 1n]),
    '@x[sd-pam]: 1\n',
    '{"type": "map", "data": {"@x": {"sd-pam": 1}}}\n',
  ],
  [
    'a histogram without a key',
    state({ kind: 'hist' }, [[], { [histSlot(1n, 0)]: 3n, [histSlot(4n, 0)]: 2n }]),
    `@x:\n[1]                    3 ${bar(52)}\n[2, 4)                 0 ${bar(0)}\n[4, 8)                 2 ${bar(34)}\n\n`,
    '{"type": "hist", "data": {"@x": [{"min": 1, "max": 1, "count": 3},{"min": 2, "max": 3, "count": 0},{"min": 4, "max": 7, "count": 2}]}}\n',
  ],
  [
    'histograms by key, fewest values first',
    state(
      { kind: 'hist', key: ['string'] },
      [['p'], { [histSlot(1n, 0)]: 1n, [histSlot(2n, 0)]: 1n }],
      [['q'], { [histSlot(70_000n, 0)]: 1n }],
    ),
    `@x[q]:\n[64K, 128K)            1 ${bar(52)}\n\n@x[p]:\n[1]                    1 ${bar(52)}\n[2, 4)                 1 ${bar(52)}\n\n`,
    '{"type": "hist", "data": {"@x": {"q": [{"min": 65536, "max": 131071, "count": 1}], "p": [{"min": 1, "max": 1, "count": 1},{"min": 2, "max": 3, "count": 1}]}}}\n',
  ],
  [
    'a histogram of 8 parts a power',
    state({ kind: 'hist', histBits: 3 }, [[], { [histSlot(4096n, 3)]: 1n }]),
    `@x:\n[4096, 4608)           1 ${bar(52)}\n\n`,
    '{"type": "hist", "data": {"@x": [{"min": 4096, "max": 4607, "count": 1}]}}\n',
  ],
  [
    'negative values',
    state({ kind: 'hist' }, [[], { 0: 1n }]),
    `@x:\n(..., 0)               1 ${bar(52)}\n\n`,
    '{"type": "hist", "data": {"@x": [{"max": -1, "count": 1}]}}\n',
  ],
  [
    'a linear histogram with overflow',
    state({ kind: 'lhist', lhist }, [[], { [lhistSlot(9n, lhist)]: 1n, [lhistSlot(50n, lhist)]: 1n }]),
    `@x:\n[9]                    1 ${bar(52)}\n[10, ...)              1 ${bar(52)}\n\n`,
    '{"type": "hist", "data": {"@x": [{"min": 9, "max": 9, "count": 1},{"min": 10, "count": 1}]}}\n',
  ],
  [
    'a linear histogram in steps of 1024',
    state({ kind: 'lhist', key: ['int'], lhist: { min: 0n, max: 10_240n, step: 1024n } }, [[1n], { 5: 1n }]),
    `@x[1]:\n[4K, 5K)               1 ${bar(52)}\n\n`,
    '{"type": "hist", "data": {"@x": {"1": [{"min": 4096, "max": 5119, "count": 1}]}}}\n',
  ],
];

describe('renderMap', () => {
  test.each(cases)('%s', (_, map, text, __, options) => {
    expect(renderMap(map, options)).toBe(text);
  });
});

describe('renderMapJson', () => {
  test.each(cases)('%s', (_, map, __, json, options) => {
    expect(renderMapJson(map, options)).toBe(json);
  });

  test.each([
    [1n << 60n, '1152921504606846976'],
    [(1n << 60n) + 1n, '"1152921504606846977"'],
    ['a"\b\f\\b', '"a\\"\\u0008\\u000c\\\\b"'],
  ])('scalar %s', (value, json) => {
    expect(scalarJson(value)).toBe(json);
  });

  test('strings stay the same through a JSON reader', () => {
    expect(JSON.parse(stringJson('\u0000\\f\f"\n'))).toBe('\u0000\\f\f"\n');
  });
});
