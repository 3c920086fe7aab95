import type { CType, TypeSource } from './type-source.ts';

/** A part of a key, or a value: an integer of 1, 2, 4 or 8 bytes, or characters up to the first NUL. */
export interface FlatField {
  readonly type: 'int' | 'uint' | 'string';
  /** Bytes from the start of the key or value. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/**
 * An integer, enum, bool, array of char, or a struct of those, as its parts; null for any other type, and where parts lie
 * upon each other, as those of a union do. Throws BtfError where there is no such type.
 */
export function flatFields(types: Pick<TypeSource, 'resolve' | 'members'>, id: number): FlatField[] | null {
  const type = types.resolve(id);
  if (type.kind !== 'record') {
    const field = fieldOf(types, type, 0);
    return field === null ? null : [field];
  }
  const fields: FlatField[] = [];
  let end = 0;
  for (const member of types.members(type.id)) {
    if (member.bits !== 0 || member.bitOffset % 8 !== 0) return null;
    const field = fieldOf(types, types.resolve(member.type), member.bitOffset / 8);
    if (field === null || field.offset < end || field.offset + field.size > type.size) return null;
    end = field.offset + field.size;
    fields.push(field);
  }
  return fields.length === 0 ? null : fields;
}

function fieldOf(types: Pick<TypeSource, 'resolve'>, type: CType, offset: number): FlatField | null {
  if (type.kind === 'integer') return { type: type.signed ? 'int' : 'uint', offset, size: type.size };
  if (type.kind === 'boolean') return { type: 'uint', offset, size: 1 };
  if (type.kind !== 'array' || type.length === 0) return null;
  const element = types.resolve(type.element);
  return element.kind === 'integer' && element.character ? { type: 'string', offset, size: type.length } : null;
}
