import type { BtfType } from './read-types.ts';

/** A part of a key, or a value: an integer of 1, 2, 4 or 8 bytes, or characters up to the first NUL. */
export interface FlatField {
  readonly type: 'int' | 'uint' | 'string';
  /** Bytes from the start of the key or value. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** An integer, enum, bool, array of char, or a struct of those, as its parts; null for any other type. */
export function flatFields(types: readonly BtfType[], id: number): FlatField[] | null {
  const type = resolve(types, id);
  if (type?.kind !== 'struct') {
    const field = fieldOf(types, type, 0);
    return field === null ? null : [field];
  }
  const fields: FlatField[] = [];
  for (const member of type.members) {
    if (member.bits !== 0 || member.bitOffset % 8 !== 0) return null;
    const field = fieldOf(types, resolve(types, member.type), member.bitOffset / 8);
    if (field === null || field.offset + field.size > type.size) return null;
    fields.push(field);
  }
  return fields.length === 0 ? null : fields;
}

function fieldOf(types: readonly BtfType[], type: BtfType | undefined, offset: number): FlatField | null {
  switch (type?.kind) {
    case 'int':
    case 'enum':
      return [1, 2, 4, 8].includes(type.size) ? { type: type.signed ? 'int' : 'uint', offset, size: type.size } : null;
    case 'array': {
      const element = resolve(types, type.element);
      const isText = element?.kind === 'int' && element.name === 'char' && type.length > 0;
      return isText ? { type: 'string', offset, size: type.length } : null;
    }
    default:
      return null;
  }
}

/** readBtfTypes has made sure that typedefs end. */
function resolve(types: readonly BtfType[], id: number): BtfType | undefined {
  let type = types[id];
  while (type?.kind === 'alias') type = types[type.of];
  return type;
}
