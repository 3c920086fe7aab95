import { type Entry, keyId, type MapState, type Scalar } from '@bpfleet/aggregate';
import { expect, test } from 'vitest';
import { printEntry } from './print-entry.ts';

function state(kind: MapState['schema']['kind'], key: readonly Scalar[], cells: [number, bigint][]): MapState {
  const entry: Entry = { key, cells: new Map(cells) };
  const schema = { id: 0, name: '@m', kind, key: ['string' as const], signed: true, histBits: 0 };
  return { schema, entries: new Map([[keyId(key), entry]]) };
}

test.each<[string, MapState, string]>([
  ['a count', state('count', ['a'], [[0, 3n]]), '3\n'],
  ['a negative sum', state('sum', ['a'], [[0, -3n]]), '-3\n'],
  [
    'an average',
    state(
      'avg',
      ['a'],
      [
        [0, 2n],
        [1, 9n],
      ],
    ),
    '4\n',
  ],
  [
    'stats',
    state(
      'stats',
      ['a'],
      [
        [0, 2n],
        [1, 9n],
      ],
    ),
    '@m[a]: { .count = 2, .average = 4, .total = 9 }\n',
  ],
  ['an entry that is not there', state('count', ['b'], [[0, 3n]]), '0\n'],
  ['a histogram that is not there', state('hist', ['b'], [[1, 3n]]), ''],
])('%s', (_name, map, text) => expect(printEntry(map, ['a']).text).toBe(text));
