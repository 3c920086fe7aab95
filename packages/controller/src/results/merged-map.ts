import { type MapSchema, type MapState, mergeNodes, mergeState, type ResultRow } from '@bpfleet/aggregate';
import { decodeKey } from '@bpfleet/contracts';
import { CellLists } from './cell-lists.ts';
import { KeyTable } from './key-table.ts';
import type { MapRollup } from './map-rollup.ts';

/** One map of a program, merged over nodes within each group. */
export interface MergedMap {
  readonly schema: MapSchema;
  /** What a node adds. All of one node in one group is to come together. */
  add(map: MapRollup, nodeId: string, group: string | undefined): void;
  /** By group, in the order in which groups came. */
  rows(): Iterable<ResultRow>;
}

/** Of a group: the sums by key, how many nodes have each key, and which node had it last. */
class Sums {
  readonly keys = new KeyTable();
  readonly cells = new CellLists();
  readonly nodes: number[] = [];
  readonly last: string[] = [];
}

/** A map whose cells add up: thousands of nodes and windows are added as columns. */
export class AdditiveMap implements MergedMap {
  readonly schema: MapSchema;
  readonly #groups = new Map<string | undefined, Sums>();

  constructor(schema: MapSchema) {
    this.schema = schema;
  }

  add({ keys, cells }: MapRollup, nodeId: string, group: string | undefined): void {
    const sums = this.#groups.get(group) ?? new Sums();
    this.#groups.set(group, sums);
    for (let from = 0; from < keys.size; from++) {
      if (!cells.hasAny(from)) continue;
      const known = sums.keys.size;
      const key = sums.keys.put(keys.bytes, keys.starts[from] as number, keys.ends[from] as number);
      if (key === known) {
        sums.cells.open(key);
        sums.nodes.push(0);
        sums.last.push('');
      }
      sums.cells.add(key, cells, cells.firsts[from] as number, cells.counts[from] as number);
      if (sums.last[key] !== nodeId) {
        sums.last[key] = nodeId;
        sums.nodes[key] = (sums.nodes[key] as number) + 1;
      }
    }
  }

  *rows(): Generator<ResultRow> {
    for (const [group, { keys, cells, nodes }] of this.#groups) {
      for (const [key, count] of nodes.entries()) {
        const bytes = keys.bytes.subarray(keys.starts[key], keys.ends[key]);
        yield inGroup({ key: decodeKey(bytes, this.schema), cells: cells.cellsOf(key), nodes: count }, group);
      }
    }
  }
}

/** A map of extremes, newest values or time series. */
export class LatestMap implements MergedMap {
  readonly schema: MapSchema;
  readonly #groups = new Map<string | undefined, Map<string, MapState>>();

  constructor(schema: MapSchema) {
    this.schema = schema;
  }

  add(map: MapRollup, nodeId: string, group: string | undefined): void {
    const nodes = this.#groups.get(group) ?? new Map<string, MapState>();
    this.#groups.set(group, nodes);
    const merged = nodes.get(nodeId) ?? { schema: this.schema, entries: new Map() };
    nodes.set(nodeId, merged);
    mergeState(merged, map.state());
  }

  *rows(): Generator<ResultRow> {
    for (const [group, nodes] of this.#groups) {
      for (const row of mergeNodes(nodes.values())) yield inGroup(row, group);
    }
  }
}

function inGroup(row: ResultRow, group: string | undefined): ResultRow {
  return group === undefined ? row : { ...row, group };
}
