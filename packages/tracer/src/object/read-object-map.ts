import { type Cells, type Entry, emptyState, keyId, type MapState, mergeCells, type Scalar } from '@bpfleet/aggregate';
import { type MapEntry, nodeIdentity } from '@bpfleet/kernel';
import { atOnce, type Steps } from '../in-turns.ts';
import { readField, readNumber } from '../read-field.ts';
import type { ReadableMap } from '../read-map.ts';
import { noReaders, type ValueReaders } from '../value-readers.ts';
import type { KeyField } from './key-layout.ts';
import type { ObjectOutput } from './map-output.ts';

/**
 * Slots of aggregate's hist: 0 is for negative values, 1 for 0, 2 for 1, 3 for 2 and 3. Of an object's histogram the first is for 0
 * and 1 together: it is counted as 1, since a duration of less than one unit is more than none.
 */
const FIRST_SLOT = 2;

/** What an output is read from. */
interface OutputOfMap {
  readonly output: ObjectOutput;
  readonly map: ReadableMap;
}

/**
 * The maps of an object as they are now, one for each output. Outputs of one kernel map follow each other, and are of one
 * reading of it, so that the fields of a structure belong together.
 */
export function readObjectMaps(maps: readonly OutputOfMap[], readers: ValueReaders = noReaders): MapState[] {
  return atOnce(readingObjectMaps(maps, readers));
}

/** As readObjectMaps, a step for each entry: symbols of stacks take their time. */
export function* readingObjectMaps(maps: readonly OutputOfMap[], readers: ValueReaders): Steps<MapState[]> {
  const states: MapState[] = [];
  let last: { map?: number; rows: readonly MapEntry[] } = { rows: [] };
  for (const { output, map } of maps) {
    if (last.map !== output.map) last = { map: output.map, rows: [...rows(output, map)] };
    states.push(yield* stateOf(output, map, last.rows, readers));
  }
  return states;
}

/** A part of a map. Law: an entry is the merge of its CPUs' values. */
function* stateOf(
  output: ObjectOutput,
  map: ReadableMap,
  read: readonly MapEntry[],
  readers: ValueReaders,
): Steps<MapState> {
  const state = emptyState(output.schema);
  const skipsZero = output.source !== 'hash' || output.leaf.arrays.length > 0;
  const all = places(output);
  for (const row of read) {
    const key = [
      ...(output.byNode ? [nodeIdentity().hostname] : []),
      ...output.key.map((part) => readKeyPart(bufferOf(row.key), part, readers)),
    ];
    const value = bufferOf(row.value);
    for (const { at, indexes } of all) {
      const entry = entryOf(output, map, value, at, [...key, ...indexes]);
      if (entry !== null && !(skipsZero && isZero(entry))) addEntry(state, entry);
    }
    yield;
  }
  return state;
}

function readKeyPart(key: Buffer, { field, stack, frames }: KeyField, readers: ValueReaders): Scalar {
  if (frames === true) return readers.kernelFrames(words(key.subarray(field.offset, field.offset + field.size)));
  const value = readField(key, 0, field, readers);
  if (stack === undefined) return value;
  const { map, depth, process } = stack;
  // A number without sign is none where it is negative as one with sign.
  const id = BigInt.asIntN(field.size * 8, value as bigint);
  const owner = process === null ? 0 : Number(readNumber(key, 0, process, readers));
  return readers.stack({ kind: 'stack', map, depth, user: process !== null, mode: 'bpftrace' }, id, owner);
}

function words(bytes: Buffer): bigint[] {
  return Array.from({ length: Math.floor(bytes.length / 8) }, (_, index) => bytes.readBigUInt64LE(index * 8));
}

function* rows({ source }: ObjectOutput, map: ReadableMap): Generator<MapEntry> {
  if (source === 'hash') {
    yield* map.entries();
    return;
  }
  for (let index = 0; index < (source === 'variable' ? 1 : map.spec.maxEntries); index++) {
    const key = Buffer.alloc(map.spec.keySize);
    key.writeUInt32LE(index, 0);
    const value = map.lookup(key);
    if (value !== null) yield { key, value };
  }
}

/** Where the elements of the arrays around a part lie, with their indexes: one place where there is no array. */
function places({ leaf }: ObjectOutput): { readonly at: number; readonly indexes: readonly bigint[] }[] {
  let all: { at: number; indexes: readonly bigint[] }[] = [{ at: leaf.offset, indexes: [] }];
  for (const { stride, length } of leaf.arrays) {
    all = all.flatMap(({ at, indexes }) =>
      Array.from({ length }, (_, index) => ({ at: at + index * stride, indexes: [...indexes, BigInt(index)] })),
    );
  }
  return all;
}

/** Null where no CPU has set it: of an extreme, 0 says that. */
function entryOf(
  output: ObjectOutput,
  map: ReadableMap,
  value: Buffer,
  at: number,
  key: readonly Scalar[],
): Entry | null {
  const { schema, leaf } = output;
  const bases = Array.from({ length: map.cpus }, (_, cpu) => cpu * map.stride + at);
  if (schema.kind === 'value') {
    const base = bases.find((each) => hasBytes(value, each, leaf.size)) ?? at;
    return { key, cells: new Map(), value: readField(value, base, { ...leaf, offset: 0 }, noReaders) };
  }
  const isExtreme = schema.kind === 'min' || schema.kind === 'max';
  const cells: Cells = new Map();
  for (const base of bases) {
    const own = output.slots === undefined ? numberCells(output, value, base) : slotCells(output.slots, value, base);
    if (isExtreme && map.cpus > 1 && own.get(0) === 0n) continue;
    mergeCells(schema, cells, own);
  }
  return isExtreme && cells.size === 0 ? null : { key, cells };
}

function numberCells({ leaf }: ObjectOutput, value: Buffer, base: number): Cells {
  const number = readNumber(value, base, { data: leaf.data, offset: 0, size: leaf.size }, noReaders);
  return new Map([[0, number as bigint]]);
}

function slotCells({ count, bytes }: NonNullable<ObjectOutput['slots']>, value: Buffer, base: number): Cells {
  const cells: Cells = new Map();
  for (let slot = 0; slot < count; slot++) {
    const at = base + slot * bytes;
    const number = bytes === 8 ? value.readBigUInt64LE(at) : BigInt(value.readUIntLE(at, bytes));
    if (number !== 0n) cells.set(FIRST_SLOT + slot, number);
  }
  return cells;
}

function addEntry({ schema, entries }: MapState, entry: Entry): void {
  const id = keyId(entry.key);
  const same = entries.get(id);
  // Keys that differ only in their padding are one.
  if (same === undefined || schema.kind === 'value') entries.set(id, entry);
  else mergeCells(schema, same.cells, entry.cells);
}

function isZero({ cells, value }: Entry): boolean {
  if (value !== undefined) return isEmpty(value);
  return [...cells.values()].every((cell) => cell === 0n);
}

function isEmpty(value: Scalar): boolean {
  if (typeof value !== 'object') return value === 0n || value === '' || value === false;
  if (!('kind' in value)) return value.length === 0;
  return value.kind === 'named' ? (value.number ?? 0n) === 0n : value.parts.every(isEmpty);
}

function hasBytes(value: Buffer, at: number, size: number): boolean {
  return value.subarray(at, at + size).some((byte) => byte !== 0);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
