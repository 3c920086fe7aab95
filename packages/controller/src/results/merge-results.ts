import {
  isAdditive,
  type MapSchema,
  type ResultEntry,
  type ResultMap,
  type ResultRow,
  resultEntries,
} from '@bpfleet/aggregate';
import type { Turns } from '../turns.ts';
import { AdditiveMap, LatestMap, type MergedMap } from './merged-map.ts';
import type { Rollup } from './rollup.ts';

/**
 * Merges the maps of nodes within each group. Several runs of one node (after a restart of its agent) count as one node. Groups keep the
 * order in which they come first; maps that have no entry are in the result too.
 */
export class MergedResults {
  readonly #maps = new Map<string, MergedMap>();
  readonly #known = new Map<MapSchema, MergedMap>();

  /**
   * The maps of one node: in a group - the node itself, the value of a label, a window - or undefined where all are merged. All of one node
   * in one group is to come together.
   */
  add(rollup: Rollup, nodeId: string, group: string | undefined): void {
    for (const map of rollup.maps) {
      this.#mapOf(map.schema).add(map, nodeId, group);
    }
  }

  /** In turns: there may be hundreds of thousands of stacks. */
  async toResultMaps(turns: Turns): Promise<ResultMap[]> {
    const maps: ResultMap[] = [];
    for (const map of [...this.#maps.values()].sort((a, b) => a.schema.id - b.schema.id)) {
      const { schema } = map;
      const rows: ResultRow[] = [];
      for (const row of map.rows()) {
        rows.push(row);
        await turns.next();
      }
      const entries: ResultEntry[] = [];
      for (const entry of resultEntries(schema, rows)) {
        entries.push(entry);
        await turns.next();
      }
      maps.push({ name: schema.name, kind: schema.kind, key: [...schema.key], entries });
    }
    return maps;
  }

  #mapOf(schema: MapSchema): MergedMap {
    const known = this.#known.get(schema);
    if (known !== undefined) return known;
    const id = identity(schema);
    const map = this.#maps.get(id) ?? (isAdditive(schema.kind) ? new AdditiveMap(schema) : new LatestMap(schema));
    this.#maps.set(id, map);
    this.#known.set(schema, map);
    return map;
  }
}

/** Nodes compile for themselves, so what makes a map mergeable is compared, not its number. */
function identity(schema: MapSchema): string {
  const { name, kind, key, signed, histBits, lhist, tseries } = schema;
  const range = lhist === undefined ? null : [lhist.min, lhist.max, lhist.step].map(String);
  const series = tseries === undefined ? null : [tseries.interval, tseries.buckets, tseries.aggregate].map(String);
  return JSON.stringify([name, kind, key, signed, histBits ?? 0, range, series]);
}
