import { addCells, asInteger } from './integer.ts';
import type { Cells, MapState } from './map-state.ts';
import type { MapKind, MapSchema } from './schema.ts';
import { mergeTseries } from './tseries.ts';

/** Kinds whose cells merge by addition; the others hold the value so far. */
export function isAdditive(kind: MapKind): boolean {
  switch (kind) {
    case 'count':
    case 'sum':
    case 'avg':
    case 'stats':
    case 'hist':
    case 'lhist':
      return true;
    case 'min':
    case 'max':
    case 'tseries':
    case 'value':
      return false;
  }
}

/**
 * Merges the map of one node, label or window into another of the same schema. Commutative and associative, but for
 * kind `value`, where `from` is the newer one and wins.
 */
export function mergeState(into: MapState, from: MapState): void {
  for (const [id, entry] of from.entries) {
    const present = into.entries.get(id);
    if (present === undefined) {
      into.entries.set(id, { ...entry, cells: new Map(entry.cells) });
      continue;
    }
    mergeCells(into.schema, present.cells, entry.cells);
    if (entry.value !== undefined) {
      present.value = entry.value;
    }
  }
}

/** Merges cells slot by slot, as the schema's kind says; time series interval by interval. */
export function mergeCells(schema: MapSchema, into: Cells, from: Cells): void {
  if (schema.kind === 'tseries') {
    mergeTseries(schema, into, from);
    return;
  }
  for (const [slot, cell] of from) {
    const present = into.get(slot);
    into.set(slot, present === undefined ? cell : mergeCell(schema, present, cell));
  }
}

function mergeCell(schema: MapSchema, a: bigint, b: bigint): bigint {
  switch (schema.kind) {
    case 'min':
      return asInteger(a, schema.signed) <= asInteger(b, schema.signed) ? a : b;
    case 'max':
      return asInteger(a, schema.signed) >= asInteger(b, schema.signed) ? a : b;
    case 'value':
      return b;
    case 'tseries':
      throw new TypeError(`${schema.name} merges by intervals`);
    case 'count':
    case 'sum':
    case 'avg':
    case 'stats':
    case 'hist':
    case 'lhist':
      return addCells(a, b);
  }
}
