import { type Entry, emptyState, keyId, type MapState, type Scalar } from '@bpfleet/aggregate';
import type { FlatField } from '@bpfleet/bpf';
import type { MapEntry } from '@bpfleet/kernel';
import { readField } from '../read-field.ts';
import type { ReadableMap } from '../read-map.ts';
import { noReaders } from '../value-readers.ts';
import type { ObjectOutput } from './map-output.ts';

/** A map of an object as it is now. Law: an entry is the sum of its CPUs' values. */
export function readObjectMap(output: ObjectOutput, map: ReadableMap): MapState {
  const state = emptyState(output.schema);
  for (const { key, value } of output.isArray ? elements(map) : map.entries()) {
    const sum = sumOfCpus(bufferOf(value), output.value, map);
    if (output.isArray && sum === 0n) continue;
    const parts = output.key.map((field) => readPart(bufferOf(key), 0, field));
    const id = keyId(parts);
    // Keys that differ only in their padding are one.
    state.entries.set(id, { key: parts, cells: new Map([[0, cellOf(state.entries.get(id)) + sum]]) });
  }
  return state;
}

function* elements(map: ReadableMap): Generator<MapEntry> {
  for (let index = 0; index < map.spec.maxEntries; index++) {
    const key = Buffer.alloc(map.spec.keySize);
    key.writeUInt32LE(index, 0);
    const value = map.lookup(key);
    if (value !== null) yield { key, value };
  }
}

function cellOf(entry: Entry | undefined): bigint {
  return entry?.cells.get(0) ?? 0n;
}

function sumOfCpus(value: Buffer, field: FlatField, map: ReadableMap): bigint {
  let sum = 0n;
  for (let cpu = 0; cpu < map.cpus; cpu++) sum += readPart(value, cpu * map.stride, field) as bigint;
  return BigInt.asIntN(64, sum);
}

function readPart(bytes: Buffer, base: number, field: FlatField): Scalar {
  const { offset, size, type } = field;
  if (type === 'string')
    return readField(bytes, base, { offset, size, data: { kind: 'string', bytes: size } }, noReaders);
  const width = size as 1 | 2 | 4 | 8;
  const data = { kind: 'integer', bytes: width, signed: type === 'int' } as const;
  return readField(bytes, base, { offset, size, data }, noReaders);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
