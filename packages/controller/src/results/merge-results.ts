import {
  type MapSchema,
  type MapState,
  mergeNodes,
  mergeState,
  type ResultMap,
  type ResultRow,
  toResultMap,
} from '@bpfleet/aggregate';

/** The maps of one node, in a group: the node itself, the value of a label, a window; undefined where all are merged. */
export interface NodeMaps {
  readonly nodeId: string;
  readonly group: string | undefined;
  readonly states: readonly MapState[];
}

/**
 * Merges the maps of nodes within each group. Several of one node (after a restart of its agent) count as one node.
 * Groups keep the order in which they come first; maps that have no entry are in the result too.
 */
export function mergeResults(parts: readonly NodeMaps[]): ResultMap[] {
  const maps = new Map<string, { schema: MapSchema; groups: Map<string | undefined, Map<string, MapState>> }>();
  for (const part of parts) {
    for (const state of part.states) {
      const map = getOr(maps, identity(state.schema), () => ({ schema: state.schema, groups: new Map() }));
      const nodes = getOr(map.groups, part.group, () => new Map<string, MapState>());
      const merged = getOr(nodes, part.nodeId, () => ({ schema: state.schema, entries: new Map() }));
      mergeState(merged, state);
    }
  }
  return [...maps.values()]
    .sort((a, b) => a.schema.id - b.schema.id)
    .map(({ schema, groups }) =>
      toResultMap(
        schema,
        [...groups].flatMap(([group, nodes]) => rows(group, nodes.values())),
      ),
    );
}

function rows(group: string | undefined, states: Iterable<MapState>): ResultRow[] {
  return mergeNodes(states).map((row) => (group === undefined ? row : { ...row, group }));
}

/** Nodes compile for themselves, so what makes a map mergeable is compared, not its number. */
function identity(schema: MapSchema): string {
  const { name, kind, key, signed, histBits, lhist, tseries } = schema;
  const range = lhist === undefined ? null : [lhist.min, lhist.max, lhist.step].map(String);
  const series = tseries === undefined ? null : [tseries.interval, tseries.buckets, tseries.aggregate].map(String);
  return JSON.stringify([name, kind, key, signed, histBits ?? 0, range, series]);
}

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const present = map.get(key);
  if (present !== undefined) {
    return present;
  }
  const made = make();
  map.set(key, made);
  return made;
}
