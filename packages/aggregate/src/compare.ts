import { compareHistograms, countedBuckets } from './compare-histograms.ts';
import type { Comparison, EntryComparison, MapComparison } from './comparison.ts';
import { integerOfJson, jsonInteger } from './integer.ts';
import { isAdditive } from './merge.ts';
import type { JsonScalar, ResultEntry, ResultMap } from './result-document.ts';
import type { MapKind } from './schema.ts';

/**
 * Every key of two results, and how far b is from a. Maps are the same where name, kind and types of the key are; what
 * has no other half is told in `notCompared`, and so are time series, for two have no instant in common.
 */
export function compareResults(a: readonly ResultMap[], b: readonly ResultMap[]): Comparison {
  const rest = [...b];
  const maps: MapComparison[] = [];
  const notCompared: { name: string; reason: string }[] = [];
  for (const map of a) {
    const index = rest.findIndex((other) => mapId(other) === mapId(map));
    if (index < 0) {
      const other = b.find(({ name }) => name === map.name);
      const reason = other === undefined ? 'only a has it' : `a has ${shape(map)}, b has ${shape(other)}`;
      notCompared.push({ name: map.name, reason });
      continue;
    }
    const [other] = rest.splice(index, 1) as [ResultMap];
    if (map.kind === 'tseries') notCompared.push({ name: map.name, reason: 'time series are not compared' });
    else maps.push(compareMap(map, other));
  }
  const onlyB = rest.filter(({ name }) => a.every((map) => map.name !== name));
  return { maps, notCompared: [...notCompared, ...onlyB.map(({ name }) => ({ name, reason: 'only b has it' }))] };
}

/** The groups of a grouped result, in the order in which they come. */
export function groupsOf(maps: readonly ResultMap[]): string[] {
  return [
    ...new Set(maps.flatMap(({ entries }) => entries.flatMap(({ group }) => (group === undefined ? [] : [group])))),
  ];
}

/** One group of a grouped result, as a result of its own. */
export function resultOfGroup(maps: readonly ResultMap[], group: string): ResultMap[] {
  return maps.map((map) => ({
    ...map,
    entries: map.entries.filter((entry) => entry.group === group).map(({ group: _, ...entry }) => entry),
  }));
}

function compareMap(a: ResultMap, b: ResultMap): MapComparison {
  const others = new Map(b.entries.map((entry) => [entryId(entry), entry]));
  const ids = new Set([...a.entries.map(entryId), ...others.keys()]);
  const ours = new Map(a.entries.map((entry) => [entryId(entry), entry]));
  const entries = [...ids]
    .map((id) => ({ id, entry: compareEntry(a.kind, ours.get(id), others.get(id)) }))
    .map(({ id, entry }) => ({ id, entry, size: sizeOf(entry) }))
    .sort((x, y) => (x.size === y.size ? (x.id < y.id ? -1 : 1) : x.size - y.size));
  return {
    name: a.name,
    kind: a.kind,
    key: a.key,
    ...(a.keyNames !== undefined && { keyNames: a.keyNames }),
    changed: entries.filter(({ entry }) => isChanged(entry)).length,
    entries: entries.map(({ entry }) => entry),
  };
}

function compareEntry(kind: MapKind, a: ResultEntry | undefined, b: ResultEntry | undefined): EntryComparison {
  const { key, group } = (a ?? b) as ResultEntry;
  const [from, to] = [measureOf(kind, a), measureOf(kind, b)];
  return {
    key,
    ...(group === undefined ? {} : { group }),
    a: from,
    b: to,
    difference: differenceOf(from, to),
    ratio: ratioOf(from, to),
    ...(kind === 'hist' || kind === 'lhist'
      ? compareHistograms(countedBuckets(a?.buckets ?? []), countedBuckets(b?.buckets ?? []))
      : {}),
  };
}

/** What of an entry is compared. */
function measureOf(kind: MapKind, entry: ResultEntry | undefined): JsonScalar | null {
  switch (kind) {
    case 'hist':
    case 'lhist':
      return entry?.count ?? 0;
    // In doubles: `average` is rounded, and would hide what is less than 1.
    case 'avg':
    case 'stats':
      return Number(entry?.count ?? 0) === 0 ? null : Number(entry?.total ?? 0) / Number(entry?.count);
    case 'count':
    case 'sum':
    case 'min':
    case 'max':
    case 'value':
    case 'tseries':
      return entry?.value ?? (isAdditive(kind) ? 0 : null);
  }
}

function differenceOf(a: JsonScalar | null, b: JsonScalar | null): EntryComparison['difference'] {
  const [from, to] = [integerOfJson(a), integerOfJson(b)];
  if (from !== null && to !== null) return jsonInteger(to - from);
  return typeof a === 'number' && typeof b === 'number' ? b - a : null;
}

function ratioOf(a: JsonScalar | null, b: JsonScalar | null): number | null {
  const [from, to] = [doubleOf(a), doubleOf(b)];
  return from === null || to === null || from === 0 ? null : to / from;
}

function doubleOf(value: JsonScalar | null): number | null {
  const integer = integerOfJson(value);
  return integer !== null ? Number(integer) : typeof value === 'number' ? value : null;
}

function isChanged({ a, b, distance }: EntryComparison): boolean {
  return JSON.stringify(a) !== JSON.stringify(b) || (distance !== undefined && distance !== null && distance > 0);
}

/** What entries are ordered by; what cannot be measured, as a key that one result lacks, is further than all. */
function sizeOf(entry: EntryComparison): number {
  if (entry.distance !== undefined) return entry.distance ?? Number.POSITIVE_INFINITY;
  if (entry.difference === null) return isChanged(entry) ? Number.POSITIVE_INFINITY : 0;
  return Math.abs(Number(entry.difference));
}

function mapId({ name, kind, key }: ResultMap): string {
  return JSON.stringify([name, kind, key]);
}

function entryId({ group, key }: ResultEntry): string {
  return JSON.stringify([group, key]);
}

function shape({ kind, key }: ResultMap): string {
  return `${kind}[${key.join(', ')}]`;
}
