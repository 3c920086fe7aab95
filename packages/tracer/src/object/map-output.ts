import type { KeyType, MapSchema } from '@bpfleet/aggregate';
import { type Btf, type FlatField, flatFields, MapType } from '@bpfleet/bpf';
import type { Diagnostic } from '@bpfleet/compiler';
import type { ObjectMap } from '@bpfleet/kernel';

/** How a map of an object is read: each entry is one integer, and integers merge by addition. */
export interface ObjectOutput {
  readonly schema: MapSchema;
  /** Place in the object's maps. */
  readonly map: number;
  /** An array has all its elements always: those of 0 say nothing. */
  readonly isArray: boolean;
  readonly key: readonly FlatField[];
  readonly value: FlatField & { readonly type: KeyType };
}

/** The object's own types, as far as keys and values need them. */
export type ObjectTypes = Pick<Btf, 'length' | 'resolve' | 'members'>;

const HASHES: readonly number[] = [MapType.HASH, MapType.PERCPU_HASH, MapType.LRU_HASH, MapType.LRU_PERCPU_HASH];
const ARRAYS: readonly number[] = [MapType.ARRAY, MapType.PERCPU_ARRAY];
const RECORDS: readonly number[] = [MapType.RINGBUF, MapType.PERF_EVENT_ARRAY];
const ARRAY_INDEX: FlatField = { type: 'uint', offset: 0, size: 4 };
/** What one schema may have at most (contracts' ContractLimits). */
const MAX_KEY_PARTS = 16;

/** The maps that can be merged, and a warning for each other one that holds results. */
export function mapOutputs(maps: readonly ObjectMap[], types: ObjectTypes | null) {
  const outputs: ObjectOutput[] = [];
  const warnings: Diagnostic[] = [];
  for (const [index, map] of maps.entries()) {
    if (map.internal) continue;
    const output = mapOutput(map, index, types, outputs.length);
    if (typeof output === 'string') warnings.push(warning(output));
    else if (output !== null) outputs.push(output);
  }
  return { outputs, warnings };
}

/** A sentence where it holds results that cannot be given; null where it holds none. */
function mapOutput(map: ObjectMap, index: number, types: ObjectTypes | null, id: number): ObjectOutput | string | null {
  if (RECORDS.includes(map.type)) return `records of ${map.name} are not read yet`;
  const isArray = ARRAYS.includes(map.type);
  if (!isArray && !HASHES.includes(map.type)) return null;
  const absent = (why: string) => `map ${map.name} is not part of the results: ${why}`;
  if (!/^[A-Za-z0-9_]{1,255}$/.test(map.name)) return absent('it has an unusual name');
  const key = isArray ? [ARRAY_INDEX] : fieldsOf(types, map.keyType);
  if (key === null || key.length > MAX_KEY_PARTS || !fit(key, map.keySize)) {
    return absent('its key is not made of integers and char arrays, or has no type information');
  }
  const values = fieldsOf(types, map.valueType);
  const value = values?.[0];
  if (value === undefined || values?.length !== 1 || value.type === 'string' || !fit([value], map.valueSize)) {
    return absent('its value is not a single integer, or has no type information');
  }
  const signed = value.type === 'int';
  const schema: MapSchema = { id, name: `@${map.name}`, kind: 'sum', key: key.map(({ type }) => type), signed };
  return { schema, map: index, isArray, key, value };
}

/** libbpf has read these numbers, from the same types; it has 0 where a map has none. */
function fieldsOf(types: ObjectTypes | null, id: number): FlatField[] | null {
  return types === null || id >= types.length ? null : flatFields(types, id);
}

function fit(fields: readonly FlatField[], size: number): boolean {
  return fields.every((field) => field.offset + field.size <= size);
}

function warning(message: string): Diagnostic {
  const nowhere = { line: 0, column: 0, endLine: 0, endColumn: 0, span: { start: 0, end: 0 } };
  return { severity: 'warning', code: 'unsupported', message, ...nowhere };
}
