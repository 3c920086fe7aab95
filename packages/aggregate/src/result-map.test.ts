import { describe, expect, test } from 'vitest';
import { jsonInteger } from './integer.ts';
import { keyId } from './key-id.ts';
import { addLoss, noLoss, subtractLoss } from './loss.ts';
import type { MapState } from './map-state.ts';
import { mergeNodes, type ResultRow, resultEntries } from './result-map.ts';
import type { MapSchema, Scalar } from './schema.ts';

const schema = (part: Partial<MapSchema>): MapSchema => ({
  id: 0,
  name: '@x',
  kind: 'count',
  key: ['string'],
  signed: false,
  ...part,
});
const row = (key: Scalar[], cells: [number, bigint][], rest: Partial<ResultRow> = {}): ResultRow => ({
  key,
  cells: new Map(cells),
  nodes: 1,
  ...rest,
});

describe('resultEntries', () => {
  test.each<[string, MapSchema, ResultRow, object]>([
    ['count', schema({}), row(['a'], [[0, 12n]], { nodes: 2 }), { key: ['a'], value: 12, nodes: 2 }],
    [
      'stack, as an array of frames',
      schema({ key: ['stack'] }),
      row([[{ symbol: 'vfs_read', module: '', offset: 4 }]], [[0, 1n]]),
      { key: [[{ symbol: 'vfs_read', module: '', offset: 4 }]], value: 1 },
    ],
    ['unsigned sum', schema({ kind: 'sum' }), row(['a'], [[0, -1n]]), { value: '18446744073709551615' }],
    ['signed sum', schema({ kind: 'sum', signed: true }), row(['a'], [[0, -1n]]), { value: -1 }],
    ['minimum of zero', schema({ kind: 'min' }), row(['a'], [[0, 0n]]), { value: 0 }],
    [
      'average',
      schema({ kind: 'avg', signed: true }),
      row(
        ['a'],
        [
          [0, 2n],
          [1, -5n],
        ],
      ),
      { count: 2, total: -5, average: -2 },
    ],
    ['string value', schema({ kind: 'value' }), row(['a'], [], { value: 'v' }), { value: 'v' }],
    ['integer key', schema({ key: ['int'] }), row([-3n], [[0, 1n]]), { key: [-3] }],
    [
      'hist',
      schema({ kind: 'hist', key: [] }),
      row(
        [],
        [
          [2, 9n],
          [0, 1n],
        ],
      ),
      {
        key: [],
        count: 10,
        buckets: [
          { min: null, max: -1, count: 1 },
          { min: 1, max: 1, count: 9 },
        ],
        p50: 1,
        p90: 1,
        p99: 1,
      },
    ],
  ])('%s', (_, map, one, expected) => {
    expect([...resultEntries(map, [one])]).toEqual([expect.objectContaining(expected)]);
  });

  test('drops entries with nothing left', () => {
    expect([...resultEntries(schema({}), [row(['a'], [[0, 0n]]), row(['b'], [])])]).toEqual([]);
    expect([...resultEntries(schema({ kind: 'max' }), [row(['b'], [])])]).toEqual([]);
  });

  test('orders entries within their group', () => {
    const rows = [
      row(['a'], [[0, 2n]], { group: 'n2' }),
      row(['b'], [[0, 1n]], { group: 'n1' }),
      row(['c'], [[0, 1n]], { group: 'n2' }),
    ];
    expect([...resultEntries(schema({}), rows)].map(({ group, key }) => [group, ...key])).toEqual([
      ['n2', 'c'],
      ['n2', 'a'],
      ['n1', 'b'],
    ]);
  });
});

test.each([
  ['stats', ['rare', 'often']],
  ['avg', ['often', 'rare']],
] as const)('%s: of results the last is what weighs most', (kind, expected) => {
  // How many, and what they come to.
  const often = row(
    ['often'],
    [
      [0, 1000n],
      [1, 2000n],
    ],
  );
  const rare = row(
    ['rare'],
    [
      [0, 1n],
      [1, 1000n],
    ],
  );
  const entries = [...resultEntries(schema({ kind }), [often, rare])];
  expect(entries.map(({ key }) => key[0])).toEqual(expected);
});

describe('mergeNodes', () => {
  test('adds values and counts the nodes that have them', () => {
    const node = (...cells: [string, bigint][]): MapState => ({
      schema: schema({}),
      entries: new Map(cells.map(([key, cell]) => [keyId([key]), { key: [key], cells: new Map([[0, cell]]) }])),
    });
    const rows = mergeNodes([node(['a', 1n], ['b', 5n]), node(['a', 2n], ['b', 0n])]);
    expect([...resultEntries(schema({}), rows)]).toEqual([
      { key: ['a'], value: 3, nodes: 2 },
      { key: ['b'], value: 5, nodes: 1 },
    ]);
  });
});

describe('jsonInteger', () => {
  test.each([
    [5n, 5],
    [-(2n ** 53n) + 1n, -9007199254740991],
    [2n ** 53n, '9007199254740992'],
  ])('%s', (value, expected) => {
    expect(jsonInteger(value)).toBe(expected);
  });
});

describe('loss', () => {
  test('what is added can be taken away', () => {
    const loss = { kernel: 1n, sampledOut: 2n, truncated: 3n, evicted: 4n, mapFull: 5n, readFailed: 6n };
    expect(subtractLoss(addLoss(loss, loss), loss)).toEqual(loss);
    expect(addLoss(noLoss(), loss)).toEqual(loss);
  });
});
