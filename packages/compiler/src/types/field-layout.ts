import type { KeyType } from '@bpfleet/aggregate';
import type { TypeSource } from '@bpfleet/bpf';
import type { DataLayout, FieldLayout } from '../output-layout.ts';
import { btfType } from './btf-type.ts';
import { spilledFrom, spillMapName, stackMapName } from './stack-map.ts';
import { cBytes, storageBytes, type TupleType, type Type } from './type.ts';

/** Structures within structures; the kernel's go some ten deep. */
const MAX_NESTING = 12;

/** The fixed memory of a value from `offset`: numbers 8 bytes, everything else `storageBytes`. */
export function fieldLayout(type: Type, offset: number, types: TypeSource | undefined): FieldLayout {
  return { data: dataLayout(type, types), offset, size: storageBytes(type) };
}

/** Fields one after the other from `start`. */
export function layoutFields(
  list: readonly Type[],
  start: number,
  types: TypeSource | undefined,
): { readonly fields: FieldLayout[]; readonly end: number } {
  const fields: FieldLayout[] = [];
  let end = start;
  for (const type of list) {
    const field = fieldLayout(type, end, types);
    fields.push(field);
    end += field.size;
  }
  return { fields, end };
}

/** The parts that a key has: those of a tuple, else the one. None for a map without a key. */
export function keyParts(key: Type | undefined): readonly Type[] {
  if (key === undefined || key.kind === 'void') return [];
  return key.kind === 'tuple' && key.names === undefined ? key.elements : [key];
}

/** What the result document calls it. */
export function keyType({ data }: FieldLayout): KeyType {
  switch (data.kind) {
    case 'integer':
      return data.names !== undefined ? 'string' : data.signed ? 'int' : 'uint';
    case 'boolean':
      return 'bool';
    case 'stack':
      return 'stack';
    case 'tuple':
    case 'record':
    case 'array':
      return data.kind;
    default:
      return 'string';
  }
}

function dataLayout(type: Type, types: TypeSource | undefined): DataLayout {
  switch (type.kind) {
    case 'integer':
      return { kind: 'integer', bytes: 8, signed: type.signed, ...enumeratorNames(type, types) };
    case 'boolean':
      return { kind: 'boolean', bytes: 8 };
    case 'tuple':
      return tupleLayout(type, types);
    case 'string':
      return { kind: 'string', bytes: type.size };
    default:
      return memoryLayout(type, types, 0);
  }
}

function tupleLayout({ elements, names }: TupleType, types: TypeSource | undefined): DataLayout {
  const { fields } = layoutFields(elements, 0, types);
  return { kind: 'tuple', fields, ...(names === undefined ? {} : { names }) };
}

/** As C has it: integers take their own size. */
function memoryLayout(type: Type, types: TypeSource | undefined, nesting: number): DataLayout {
  switch (type.kind) {
    case 'integer':
      return { kind: 'integer', bytes: type.size, signed: type.signed, ...enumeratorNames(type, types) };
    case 'boolean':
      return { kind: 'boolean', bytes: 1 };
    case 'pointer':
      return { kind: 'pointer' };
    case 'string':
      return { kind: 'string', bytes: type.bytes };
    case 'buffer':
      return { kind: 'buffer', bytes: type.size };
    case 'stack': {
      const { depth, user, mode } = type;
      const spill = { map: spillMapName(type), from: spilledFrom(type) };
      return { kind: 'stack', map: stackMapName(type), spill, depth, user, mode };
    }
    case 'rendered':
      return { kind: 'rendered', as: type.as, ...(type.text === undefined ? {} : { text: type.text }) };
    case 'array':
      return {
        kind: 'array',
        element: memoryLayout(type.element, types, nesting + 1),
        stride: cBytes(type.element),
        length: type.length,
      };
    case 'record':
      return { kind: 'record', fields: types === undefined ? [] : recordFields(type.id, types, nesting) };
    case 'tuple':
      return tupleLayout(type, types);
    default:
      return { kind: 'integer', bytes: 8, signed: false };
  }
}

type NamedField = FieldLayout & { readonly name: string };

/**
 * Structures nested too deep are left out. The fields of an unnamed structure or union within are the outer's own, as in
 * C. `start`: where the structure begins, bytes.
 */
function recordFields(id: number, types: TypeSource, nesting: number, start = 0): NamedField[] {
  if (nesting > MAX_NESTING) return [];
  return types.members(id).flatMap((member): NamedField[] => {
    const type = btfType(types, member.type, 'program', Number.MAX_SAFE_INTEGER);
    const offset = start + Math.floor(member.bitOffset / 8);
    if (type === undefined) return [{ name: member.name, data: { kind: 'unreadable' }, offset, size: 0 }];
    if (member.name === '' && type.kind === 'record') return recordFields(type.id, types, nesting + 1, offset);
    const bits = member.bits === 0 ? {} : { bits: { shift: member.bitOffset % 8, count: member.bits } };
    const data = { ...memoryLayout(type, types, nesting + 1), ...bits };
    return [{ name: member.name, data, offset, size: cBytes(type) }];
  });
}

function enumeratorNames(type: Type & { kind: 'integer' }, types: TypeSource | undefined) {
  if (type.enumeration === undefined || types === undefined) return {};
  const names = types.enumerators(type.enumeration).map(({ name, value }) => [value.toString(), name]);
  return { names: Object.fromEntries(names) as Record<string, string> };
}
