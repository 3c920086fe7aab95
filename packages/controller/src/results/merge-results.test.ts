import { emptyState, type MapSchema, type MapState } from '@bpfleet/aggregate';
import { describe, expect, it } from 'vitest';
import { mergeResults, type NodeMaps } from './merge-results.ts';

const opens: MapSchema = { id: 0, name: '@opens', kind: 'count', key: ['string'], signed: false };
const max: MapSchema = { id: 1, name: '@max', kind: 'max', key: [], signed: true };

function state(schema: MapSchema, entries: Record<string, bigint>): MapState {
  const made = emptyState(schema);
  for (const [key, value] of Object.entries(entries)) {
    const parts = schema.key.length === 0 ? [] : [key];
    made.entries.set(JSON.stringify(key), { key: parts, cells: new Map([[0, value]]) });
  }
  return made;
}

const part = (nodeId: string, group: string | undefined, ...states: MapState[]): NodeMaps => ({
  nodeId,
  group,
  states,
});

describe('mergeResults', () => {
  it('adds up nodes, and counts how many have an entry; two runs of one node are one node', () => {
    const merged = mergeResults([
      part('a', undefined, state(opens, { x: 1n, y: 2n }), state(max, { '': -5n })),
      part('a', undefined, state(opens, { x: 10n })),
      part('b', undefined, state(opens, { x: 100n }), state(max, { '': -7n })),
    ]);
    expect(merged).toEqual([
      {
        name: '@opens',
        kind: 'count',
        key: ['string'],
        entries: [
          { key: ['y'], value: 2, nodes: 1 },
          { key: ['x'], value: 111, nodes: 2 },
        ],
      },
      { name: '@max', kind: 'max', key: [], entries: [{ key: [], value: -5, nodes: 2 }] },
    ]);
  });

  it('keeps groups apart', () => {
    const [map] = mergeResults([
      part('a', 'eu', state(opens, { x: 1n })),
      part('b', 'us', state(opens, { x: 2n })),
      part('c', 'eu', state(opens, { x: 4n })),
    ]);
    expect(map?.entries).toEqual([
      { key: ['x'], value: 5, nodes: 2, group: 'eu' },
      { key: ['x'], value: 2, nodes: 1, group: 'us' },
    ]);
  });

  it('does not merge what a node numbers alike but measures otherwise', () => {
    const other: MapSchema = { ...opens, kind: 'max' };
    expect(
      mergeResults([part('a', undefined, state(opens, { x: 1n })), part('b', undefined, state(other, { x: 2n }))]),
    ).toHaveLength(2);
  });

  it('shows a map without entries', () => {
    expect(mergeResults([part('a', undefined, emptyState(opens))])).toMatchObject([{ name: '@opens', entries: [] }]);
  });
});
