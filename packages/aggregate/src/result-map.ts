import { bucketsOf } from './buckets.ts';
import { asInteger, jsonInteger } from './integer.ts';
import type { Entry, MapState } from './map-state.ts';
import { isAdditive, mergeCells } from './merge.ts';
import { averageOf, orderResults, totalCount, totalOf } from './order.ts';
import { quantile } from './quantile.ts';
import type { JsonScalar, ResultEntry } from './result-document.ts';
import { isNamed, isStack, type KeyType, type MapSchema, type Scalar } from './schema.ts';
import { intervalsOf } from './tseries.ts';

/** One entry of a result map before it is written as JSON. */
export interface ResultRow extends Entry {
  /** How many nodes contributed. */
  readonly nodes: number;
  /** The node, label value or window that the entry is of, where results are grouped. */
  readonly group?: string;
}

/**
 * The entries of a map in the result document, in the order of orderResults, groups after one another in the order given; each is made
 * when it is asked for. Entries with nothing left (an additive entry of zeros) are dropped: the program deleted them.
 */
export function* resultEntries(schema: MapSchema, rows: Iterable<ResultRow>): Generator<ResultEntry, void, void> {
  const present = [...rows].filter((row) => hasValue(schema, row));
  for (const group of Map.groupBy(present, (row) => row.group).values()) {
    for (const row of orderResults(schema, group)) yield toResultEntry(schema, row);
  }
}

/** Merges the same map of several nodes, and counts for each entry how many of them have it. */
export function mergeNodes(states: Iterable<MapState>): ResultRow[] {
  const rows = new Map<string, { row: Entry; nodes: number }>();
  for (const state of states) {
    for (const [id, entry] of state.entries) {
      if (!hasValue(state.schema, entry)) {
        continue;
      }
      const merged = rows.get(id);
      if (merged === undefined) {
        rows.set(id, { row: { ...entry, cells: new Map(entry.cells) }, nodes: 1 });
        continue;
      }
      mergeCells(state.schema, merged.row.cells, entry.cells);
      if (entry.value !== undefined) {
        merged.row.value = entry.value;
      }
      merged.nodes += 1;
    }
  }
  return [...rows.values()].map(({ row, nodes }) => ({ ...row, nodes }));
}

/** A value as JSON holds it. */
export function jsonScalar(value: Scalar, type: KeyType): JsonScalar {
  if (typeof value === 'bigint') return jsonInteger(asInteger(value, type === 'int'));
  if (typeof value !== 'object') return value;
  if (isNamed(value)) return value.text;
  if (isStack(value)) return [...value];
  const parts = value.parts.map((part) => jsonScalar(part, typeof part === 'bigint' && part < 0n ? 'int' : 'uint'));
  const { names } = value;
  if (names === undefined) return parts;
  return Object.fromEntries(parts.map((part, index) => [names[index] ?? index, part]));
}

function toResultEntry(schema: MapSchema, row: ResultRow): ResultEntry {
  const key = row.key.map((part, index) => jsonScalar(part, schema.key[index] ?? 'int'));
  const entry: ResultEntry = { key, ...measured(schema, row), nodes: row.nodes };
  if (row.group !== undefined) {
    entry.group = row.group;
  }
  return entry;
}

function measured(schema: MapSchema, entry: Entry): Partial<ResultEntry> {
  const cell = (slot: number) => entry.cells.get(slot) ?? 0n;
  switch (schema.kind) {
    case 'count':
      return { value: jsonInteger(cell(0)) };
    case 'sum':
    case 'min':
    case 'max':
      return { value: jsonInteger(asInteger(cell(0), schema.signed)) };
    case 'value':
      return { value: jsonScalar(entry.value ?? 0n, schema.signed ? 'int' : 'uint') };
    case 'avg':
    case 'stats':
      return {
        count: jsonInteger(cell(0)),
        total: jsonInteger(totalOf(schema, entry)),
        average: jsonInteger(averageOf(schema, entry)),
      };
    case 'hist':
    case 'lhist':
      return histogram(schema, entry);
    case 'tseries':
      return { series: series(schema, entry) };
  }
}

function series(schema: MapSchema, entry: Entry): NonNullable<ResultEntry['series']> {
  return intervalsOf(schema, entry.cells).map(({ start, value }) => ({
    start: jsonInteger(start),
    value: jsonInteger(value),
  }));
}

function histogram(schema: MapSchema, entry: Entry): Partial<ResultEntry> {
  const buckets = bucketsOf(schema, entry.cells);
  const quantiles = { p50: quantile(buckets, 0.5), p90: quantile(buckets, 0.9), p99: quantile(buckets, 0.99) };
  return {
    count: jsonInteger(totalCount(entry)),
    buckets: buckets.map(({ min, max, count }) => ({
      min: min === null ? null : jsonInteger(min),
      max: max === null ? null : jsonInteger(max),
      count: jsonInteger(count),
    })),
    ...Object.fromEntries(Object.entries(quantiles).filter(([, value]) => value !== null)),
  };
}

/** A min or max of zero is a value; a count or sum of zero is what a deletion leaves. */
function hasValue(schema: MapSchema, entry: Entry): boolean {
  if (isAdditive(schema.kind)) {
    return [...entry.cells.values()].some((cell) => cell !== 0n);
  }
  return entry.value !== undefined || entry.cells.size > 0;
}
