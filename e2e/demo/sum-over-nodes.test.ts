import type { ResultDocument, ResultMap } from '@bpfleet/aggregate';
import { expect, test } from 'vitest';
import { compareSums } from './sum-over-nodes.ts';

const document = (...maps: ResultMap[]) => ({ maps }) as ResultDocument;
const counts = (...entries: [string, number, string?][]): ResultMap => ({
  name: '@n',
  kind: 'count',
  key: ['string'],
  entries: entries.map(([key, value, group]) => ({ key: [key], value, nodes: 1, ...(group ? { group } : {}) })),
});
const hist = (...buckets: [number, number][]): ResultMap => ({
  name: '@h',
  kind: 'hist',
  key: [],
  entries: [{ key: [], count: 2, nodes: 1, buckets: buckets.map(([min, count]) => ({ min, max: min, count })) }],
});
const latest: ResultMap = { name: '@v', kind: 'value', key: [], entries: [{ key: [], value: 7, nodes: 2 }] };

test.each([
  ['sums', counts(['a', 3]), counts(['a', 1, 'x'], ['a', 2, 'y']), 1, []],
  ['a wrong sum', counts(['a', 4]), counts(['a', 1, 'x'], ['a', 2, 'y']), 1, ['@n["a"].value']],
  ['a key that only a node has', counts(['a', 1]), counts(['a', 1, 'x'], ['b', 2, 'y']), 2, ['@n["b"].value']],
  ['a bucket that only the merge has', hist([1, 1], [2, 1]), hist([1, 1]), 3, ['@h[][2, 2]']],
  ['plain values do not add up', latest, latest, 0, []],
] as const)('%s', (_, merged, byNode, compared, different) => {
  expect(compareSums(document(merged), document(byNode))).toEqual({ compared, different });
});
