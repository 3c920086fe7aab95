import type { KeyType } from '@bpfleet/aggregate';
import type { FieldLayout } from '../output-layout.ts';
import { stackMapName } from './stack-map.ts';
import { isSigned, type Type } from './type.ts';

/** The fixed memory of a value: integers and addresses 8 bytes, strings their size. */
export function fieldLayout(type: Type, offset: number): FieldLayout {
  if (type.kind === 'string') return { type: 'string', offset, size: type.size };
  if (type.kind === 'stack') {
    return { type: 'stack', offset, size: 8, stack: { map: stackMapName(type.depth), depth: type.depth } };
  }
  return { type: keyType(type), offset, size: 8 };
}

/** Fields one after the other from `start`. */
export function layoutFields(types: readonly Type[], start: number): { fields: FieldLayout[]; end: number } {
  const fields: FieldLayout[] = [];
  let end = start;
  for (const type of types) {
    const field = fieldLayout(type, end);
    fields.push(field);
    end += field.size;
  }
  return { fields, end };
}

function keyType(type: Type): KeyType {
  return isSigned(type) ? 'int' : 'uint';
}
