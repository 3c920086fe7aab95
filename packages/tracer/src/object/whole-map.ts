import { type Entry, emptyState, keyId, type MapState, type Scalar } from '@bpfleet/aggregate';
import { MapType } from '@bpfleet/bpf';
import type { ObjectMap } from '@bpfleet/kernel';
import { readField } from '../read-field.ts';
import type { ReadableMap } from '../read-map.ts';
import { noReaders } from '../value-readers.ts';
import { type KeyField, keyLayout } from './key-layout.ts';
import type { ObjectTypes, TypeRef } from './object-types.ts';
import { type NamedField, valueLayout } from './value-layout.ts';

/** A map as it is, whatever it means: each value whole, of a per-CPU map an array of the CPUs' values. */
export interface WholeMap {
  /** Place in the object's maps. */
  readonly map: number;
  readonly name: string;
  readonly isArray: boolean;
  readonly key: readonly KeyField[];
  readonly value: Pick<NamedField, 'data' | 'size'>;
}

/** Of a value without type information, as many as one array may have parts in a message. */
const MAX_BYTES = 4_096;
const HASHES: readonly number[] = [MapType.HASH, MapType.PERCPU_HASH, MapType.LRU_HASH, MapType.LRU_PERCPU_HASH];
const ARRAYS: readonly number[] = [MapType.ARRAY, MapType.PERCPU_ARRAY];
const INDEX: KeyField = {
  type: 'uint',
  field: { data: { kind: 'integer', bytes: 4, signed: false }, offset: 0, size: 4 },
};

/**
 * The map of a name, or a section of variables (`.bss`, `.data`, `.rodata`); null where there is none, or it is of a type that
 * has no elements to list. Without type information a value is bytes.
 */
export function wholeMap(maps: readonly ObjectMap[], types: ObjectTypes, name: string): WholeMap | null {
  const index = maps.findIndex((map) =>
    map.internal ? name.startsWith('.') && map.name.endsWith(name) : map.name === name,
  );
  const map = maps[index];
  if (map === undefined) return null;
  if (map.internal) return { map: index, name, isArray: true, key: [], value: sectionLayout(map, types, name) };
  const isArray = ARRAYS.includes(map.type);
  if (!isArray && !HASHES.includes(map.type)) return null;
  const key = isArray ? [INDEX] : keyLayout(typeOf(types, map.keyType), map.keySize);
  const type = typeOf(types, map.valueType);
  const value = type === null ? null : valueLayout(type);
  const fits = value !== null && value.size <= map.valueSize;
  return { map: index, name, isArray, key, value: fits ? value : bytesOf(map.valueSize) };
}

/** As it is now. */
export function readWholeMap({ name, isArray, key, value }: WholeMap, map: ReadableMap): MapState {
  const types = key.map(({ type }) => type);
  const plain = name.replaceAll(/[^A-Za-z0-9_]/g, '');
  const state = emptyState({ id: 0, name: `@${plain}`, kind: 'value', key: types, signed: false });
  for (const row of isArray ? elements(map) : map.entries()) {
    const parts = key.map(({ field }) => readField(bufferOf(row.key), 0, field, noReaders));
    const values = Array.from({ length: map.cpus }, (_, cpu) =>
      readField(bufferOf(row.value), cpu * map.stride, { ...value, offset: 0 }, noReaders),
    );
    const shown: Scalar = map.cpus === 1 ? (values[0] ?? '') : { kind: 'array', parts: values };
    state.entries.set(keyId(parts), { key: parts, cells: new Map(), value: shown } satisfies Entry);
  }
  return state;
}

function* elements(map: ReadableMap) {
  for (let index = 0; index < map.spec.maxEntries; index++) {
    const key = Buffer.alloc(map.spec.keySize);
    key.writeUInt32LE(index, 0);
    const value = map.lookup(key);
    if (value !== null) yield { key, value };
  }
}

/** A section as a structure of its variables. */
function sectionLayout(map: ObjectMap, { btf }: ObjectTypes, name: string): WholeMap['value'] {
  const fields = (btf?.variables() ?? []).flatMap((variable): NamedField[] => {
    const layout = variable.section === name && btf !== null ? valueLayout({ types: btf, id: variable.type }) : null;
    const fits = layout !== null && variable.offset + layout.size <= map.valueSize;
    return fits ? [{ name: variable.name, offset: variable.offset, ...layout }] : [];
  });
  return { data: { kind: 'record', fields }, size: map.valueSize };
}

function bytesOf(size: number): WholeMap['value'] {
  const element = { kind: 'integer', bytes: 1, signed: false } as const;
  return { data: { kind: 'array', element, stride: 1, length: Math.min(size, MAX_BYTES) }, size };
}

function typeOf({ btf }: ObjectTypes, id: number): TypeRef | null {
  return btf === null || id === 0 || id >= btf.length ? null : { types: btf, id };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
