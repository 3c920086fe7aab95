import type { TypeSource } from '@bpfleet/bpf';
import { cInteger } from './c-integer.ts';
import { namedType } from './named-type.ts';
import type { TracepointField } from './tracepoint-format.ts';
import { type AddressSpace, booleanType, type IntegerSize, type IntegerType, stringType, type Type } from './type.ts';

/** The type of a tracepoint's field, or undefined for one that cannot be read yet, such as a structure. */
export function fieldType(
  field: TracepointField,
  space: AddressSpace,
  maxString: number,
  types: TypeSource | undefined,
): Type | undefined {
  if (field.dataLocation) {
    return /\b(char|string)\b/.test(field.type) ? stringType(maxString) : undefined;
  }
  if (field.length !== undefined) return arrayType(field);
  if (field.type.includes('*')) return field.size === 8 ? pointerType(field.type, space, maxString, types) : undefined;
  if (field.type === 'bool' && field.size === 1) return booleanType;
  const known = cInteger(field.type);
  if (known !== undefined && known.size < field.size) return { kind: 'integer', ...known };
  return integerOf(field.size, field.signed);
}

/** `const struct sock *` and its like; what an unknown name points to stays open. */
function pointerType(text: string, space: AddressSpace, maxString: number, types: TypeSource | undefined): Type {
  const plain = text.replace(/\b(const|volatile|__user|__kernel|__rcu)\b/g, ' ').trim();
  const match = /^(?:(struct|union|enum)\s+)?([A-Za-z_][\w ]*?)\s*(\*[\s*]*)$/.exec(plain);
  const [, tag, name = '', stars = ''] = match ?? [];
  if (match === null || name === 'void') return { kind: 'pointer', space };
  const pointers = stars.replace(/\s/g, '').length;
  const written = {
    ...{ kind: 'type-name' as const, name: name.replace(/\s+/g, ' '), pointers, dimensions: [] },
    ...(tag === undefined ? {} : { tag: tag as 'struct' | 'union' | 'enum' }),
    span: { start: 0, end: 0 },
  };
  const type = namedType(written, { types, maxString, space });
  return type === undefined || 'reason' in type ? { kind: 'pointer', space } : type;
}

function arrayType(field: TracepointField): Type | undefined {
  const length = field.length ?? 0;
  if (length === 0) return undefined;
  if (/\bchar$/.test(field.type) && !field.type.startsWith('unsigned')) return stringType(field.size);
  const element = integerOf(field.size / length, field.signed);
  return element === undefined ? undefined : { kind: 'array', element, length, space: 'context' };
}

function integerOf(size: number, signed: boolean): IntegerType | undefined {
  if (size !== 1 && size !== 2 && size !== 4 && size !== 8) return undefined;
  return { kind: 'integer', size: size as IntegerSize, signed };
}
