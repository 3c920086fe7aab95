import {
  addCells,
  asInteger,
  type Cells,
  type Entry,
  emptyState,
  keyId,
  type MapState,
  mergeCells,
} from '@bpfleet/aggregate';
import type { MapOutput, ValueLayout } from '@bpfleet/compiler';
import type { BpfMap, MapEntry } from '@bpfleet/kernel';
import { atOnce, type Steps } from './in-turns.ts';
import { readField } from './read-field.ts';
import { noReaders, type ValueReaders } from './value-readers.ts';

/** The part of a kernel map that reading needs. */
export type ReadableMap = Pick<BpfMap, 'entries' | 'lookup' | 'cpus' | 'stride' | 'spec'>;

/**
 * A map of the script as it is now. The kernel may change it meanwhile; each cell is read whole. Entries whose stacks
 * have other addresses but the same symbols are one.
 */
export function readMap(output: MapOutput, map: ReadableMap, readers: ValueReaders = noReaders): MapState {
  return atOnce(readingMap(output, map, readers));
}

/** As readMap, a step for each entry: symbols of stacks take their time. All entries are copied from the kernel at once, before the first. */
export function* readingMap(output: MapOutput, map: ReadableMap, readers: ValueReaders): Steps<MapState> {
  const state = emptyState(output.schema);
  for (const { key, value } of elements(output, map)) {
    const parts = output.key.map((field) => readField(bufferOf(key), 0, field, readers));
    const entry = readEntry(output, parts, bufferOf(value), map, readers);
    if (entry !== null) addEntry(state, entry);
    yield;
  }
  return state;
}

/**
 * As readMap, for print(@m): a map without a key that nothing was stored in is printed as zero, as bpftrace does; a histogram
 * is not.
 */
export function readPrintedMap(output: MapOutput, map: ReadableMap, readers: ValueReaders = noReaders): MapState {
  const state = readMap(output, map, readers);
  const { kind } = output.schema;
  if (output.keyless && state.entries.size === 0 && kind !== 'hist' && kind !== 'lhist') {
    for (const { value } of elements(output, map)) addEntry(state, entryOf(output, [], bufferOf(value), [0], readers));
  }
  return state;
}

function addEntry({ schema, entries }: MapState, entry: Entry): void {
  const id = keyId(entry.key);
  const same = entries.get(id);
  if (same === undefined || schema.kind === 'value') entries.set(id, entry);
  else mergeCells(schema, same.cells, entry.cells);
}

function elements(output: MapOutput, map: ReadableMap): MapEntry[] {
  if (!output.keyless) return map.entries();
  const key = new Uint8Array(map.spec.keySize);
  const value = map.lookup(key);
  return value === null ? [] : [{ key, value }];
}

/** Null where no CPU has set it. */
function readEntry(
  output: MapOutput,
  key: Entry['key'],
  bytes: Buffer,
  map: ReadableMap,
  readers: ValueReaders,
): Entry | null {
  const bases = cpusThatSet(output.value.set, bytes, map);
  return bases.length === 0 ? null : entryOf(output, key, bytes, bases, readers);
}

/** Put together from what the CPUs have whose values begin at `bases`. */
function entryOf(
  output: MapOutput,
  key: Entry['key'],
  bytes: Buffer,
  bases: readonly number[],
  readers: ValueReaders,
): Entry {
  if (output.value.kind === 'scalar') {
    return { key, cells: new Map(), value: readField(bytes, bases[0] ?? 0, output.value.field, readers) };
  }
  const cells: Cells = new Map();
  for (const base of bases) {
    if (output.schema.kind !== 'tseries') collectCells(output, output.value, bytes, base, cells);
    else mergeCells(output.schema, cells, collectCells(output, output.value, bytes, base, new Map()));
  }
  return { key, cells };
}

/** Where the values of the CPUs begin that have set theirs; of all CPUs where nothing tells. */
function cpusThatSet(set: number | undefined, bytes: Buffer, map: ReadableMap): number[] {
  const bases: number[] = [];
  for (let cpu = 0; cpu < map.cpus; cpu++) {
    const base = cpu * map.stride;
    if (set === undefined || bytes.readBigUInt64LE(base + set) !== 0n) bases.push(base);
  }
  return bases;
}

/** Law: the map's value is the merge of the CPUs' values: sums, or extremes. */
function collectCells(
  output: MapOutput,
  layout: Extract<ValueLayout, { kind: 'cells' }>,
  bytes: Buffer,
  base: number,
  cells: Cells,
): Cells {
  const { kind, signed } = output.schema;
  const extreme = kind === 'min' || kind === 'max';
  for (let slot = 0; slot < layout.slots; slot++) {
    const offset = base + layout.offset + slot * 8;
    // Histograms are mostly empty: this is much cheaper than making a bigint of each cell.
    if (!extreme && bytes.readUInt32LE(offset) === 0 && bytes.readUInt32LE(offset + 4) === 0) continue;
    const bits = bytes.readBigInt64LE(offset);
    const before = cells.get(slot);
    if (!extreme) cells.set(slot, before === undefined ? bits : addCells(before, bits));
    else
      cells.set(
        slot,
        before === undefined ? asInteger(bits, signed) : extremeOf(kind, before, asInteger(bits, signed)),
      );
  }
  return cells;
}

function extremeOf(kind: 'min' | 'max', a: bigint, b: bigint): bigint {
  return kind === 'min' ? (a < b ? a : b) : a > b ? a : b;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
