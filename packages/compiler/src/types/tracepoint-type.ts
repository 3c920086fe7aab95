import { cInteger } from './c-integer.ts';
import type { TracepointField } from './tracepoint-format.ts';
import { type AddressSpace, type IntegerSize, type IntegerType, stringType, type Type } from './type.ts';

/** The type of a tracepoint's field, or undefined for one that cannot be read yet, such as a structure. */
export function fieldType(field: TracepointField, space: AddressSpace, maxString: number): Type | undefined {
  if (field.dataLocation) {
    return /\b(char|string)\b/.test(field.type) ? stringType(maxString) : undefined;
  }
  if (field.length !== undefined) return arrayType(field);
  if (field.type.includes('*')) {
    return field.size === 8 ? { kind: 'pointer', space, text: /\bchar\b/.test(field.type) } : undefined;
  }
  const known = cInteger(field.type);
  if (known !== undefined && known.size < field.size) return { kind: 'integer', ...known };
  return integerOf(field.size, field.signed);
}

function arrayType(field: TracepointField): Type | undefined {
  const length = field.length ?? 0;
  if (length === 0) return undefined;
  if (/\bchar$/.test(field.type) && !field.type.startsWith('unsigned')) return stringType(field.size);
  const element = integerOf(field.size / length, field.signed);
  return element === undefined ? undefined : { kind: 'array', element, length };
}

function integerOf(size: number, signed: boolean): IntegerType | undefined {
  if (size !== 1 && size !== 2 && size !== 4 && size !== 8) return undefined;
  return { kind: 'integer', size: size as IntegerSize, signed };
}
