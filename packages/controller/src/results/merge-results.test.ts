import type { MapSchema, ResultMap } from '@bpfleet/aggregate';
import { writeMaps } from '@bpfleet/contracts';
import { describe, expect, it } from 'vitest';
import { Turns } from '../turns.ts';
import { MergedResults } from './merge-results.ts';
import { Rollup } from './rollup.ts';

const opens: MapSchema = { id: 0, name: '@opens', kind: 'count', key: ['string'], signed: false };
const max: MapSchema = { id: 1, name: '@max', kind: 'max', key: [], signed: true };

interface Maps {
  readonly schema: MapSchema;
  readonly entries: Readonly<Record<string, bigint>>;
}

const state = (schema: MapSchema, entries: Maps['entries']): Maps => ({ schema, entries });

/** Of one node: its rollup, and the group that it is in. */
function part(nodeId: string, group: string | undefined, ...maps: Maps[]) {
  const rollup = new Rollup(maps.map(({ schema }) => schema));
  const deltas = maps.map(({ schema, entries }) => ({
    map: schema.id,
    entries: Object.entries(entries).map(([key, value]) => ({
      key: schema.key.length === 0 ? [] : [key],
      cells: new Map([[0, value]]),
    })),
  }));
  rollup.fold(writeMaps(deltas));
  return { nodeId, group, rollup };
}

function mergeResults(parts: readonly ReturnType<typeof part>[]): Promise<ResultMap[]> {
  const merged = new MergedResults();
  for (const { rollup, nodeId, group } of parts) merged.add(rollup, nodeId, group);
  return merged.toResultMaps(new Turns());
}

describe('merged results', () => {
  it('adds up nodes, and counts how many have an entry; two runs of one node are one node', async () => {
    const merged = await mergeResults([
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

  it('keeps groups apart', async () => {
    const [map] = await mergeResults([
      part('a', 'eu', state(opens, { x: 1n })),
      part('b', 'us', state(opens, { x: 2n })),
      part('c', 'eu', state(opens, { x: 4n })),
    ]);
    expect(map?.entries).toEqual([
      { key: ['x'], value: 5, nodes: 2, group: 'eu' },
      { key: ['x'], value: 2, nodes: 1, group: 'us' },
    ]);
  });

  it('does not merge what a node numbers alike but measures otherwise', async () => {
    const other: MapSchema = { ...opens, kind: 'max' };
    expect(
      await mergeResults([
        part('a', undefined, state(opens, { x: 1n })),
        part('b', undefined, state(other, { x: 2n })),
      ]),
    ).toHaveLength(2);
  });

  it('shows a map without entries', async () => {
    expect(await mergeResults([part('a', undefined, state(opens, {}))])).toMatchObject([
      { name: '@opens', entries: [] },
    ]);
  });
});
