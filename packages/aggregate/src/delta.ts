import { addCells } from './integer.ts';
import { keyId } from './key-id.ts';
import type { Cells, Entry, EntryDelta, MapDelta, MapState } from './map-state.ts';
import { isAdditive } from './merge.ts';

/**
 * What changed between two reads of the same map; `previous` is undefined at the first. Maps are read without being
 * cleared, so nothing is lost between a read and a clear, and the deltas of all windows add up to the total.
 * A deletion of an additive entry is a negative difference, so that the sum follows the program.
 */
export function diff(previous: MapState | undefined, next: MapState): MapDelta {
  const additive = isAdditive(next.schema.kind);
  const entries: EntryDelta[] = [];
  for (const [id, entry] of next.entries) {
    const before = previous?.entries.get(id);
    const change = additive ? additiveChange(before, entry) : latestChange(before, entry);
    if (change !== undefined) {
      entries.push(change);
    }
  }
  for (const [id, entry] of previous?.entries ?? []) {
    if (next.entries.has(id)) {
      continue;
    }
    const gone = additive
      ? additiveChange(entry, { key: entry.key, cells: new Map() })
      : { key: entry.key, cells: new Map(), deleted: true };
    if (gone !== undefined) {
      entries.push(gone);
    }
  }
  return { map: next.schema.id, entries };
}

export function isEmptyDelta(delta: MapDelta): boolean {
  return delta.entries.length === 0;
}

/**
 * Moves the state of one node on by one of its own deltas, in order. Min, max, tseries and value are replaced: on one node they
 * are the value so far, also after the program cleared the map. Cells that reach zero, and entries without any, go.
 */
export function applyDelta(state: MapState, delta: MapDelta): void {
  const additive = isAdditive(state.schema.kind);
  for (const change of delta.entries) {
    const id = keyId(change.key);
    if (additive) {
      addTo(state, id, change);
    } else if (change.deleted === true) {
      state.entries.delete(id);
    } else {
      state.entries.set(id, entryOf(change));
    }
  }
}

function addTo(state: MapState, id: string, change: EntryDelta): void {
  const cells: Cells = state.entries.get(id)?.cells ?? new Map();
  for (const [slot, cell] of change.cells) {
    setOrDrop(cells, slot, addCells(cells.get(slot) ?? 0n, cell));
  }
  if (cells.size === 0) {
    state.entries.delete(id);
  } else if (!state.entries.has(id)) {
    state.entries.set(id, { key: change.key, cells });
  }
}

function additiveChange(before: Entry | undefined, after: Entry): EntryDelta | undefined {
  const cells: Cells = new Map();
  for (const [slot, cell] of after.cells) {
    setOrDrop(cells, slot, addCells(cell, -(before?.cells.get(slot) ?? 0n)));
  }
  for (const [slot, cell] of before?.cells ?? []) {
    if (!after.cells.has(slot)) {
      setOrDrop(cells, slot, addCells(0n, -cell));
    }
  }
  return cells.size === 0 ? undefined : { key: after.key, cells };
}

function latestChange(before: Entry | undefined, after: Entry): EntryDelta | undefined {
  const same = before !== undefined && before.value === after.value && sameCells(before.cells, after.cells);
  return same ? undefined : entryOf(after);
}

function sameCells(before: Cells, after: Cells): boolean {
  return before.size === after.size && [...after].every(([slot, cell]) => before.get(slot) === cell);
}

function entryOf(source: EntryDelta | Entry): Entry {
  const entry: Entry = { key: source.key, cells: new Map(source.cells) };
  if (source.value !== undefined) {
    entry.value = source.value;
  }
  return entry;
}

function setOrDrop(cells: Cells, slot: number, cell: bigint): void {
  if (cell === 0n) {
    cells.delete(slot);
  } else {
    cells.set(slot, cell);
  }
}
