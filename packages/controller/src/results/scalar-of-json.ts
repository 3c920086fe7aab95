import { isFrame, type JsonScalar, type KeyType, type Scalar, type StackFrame } from '@bpfleet/aggregate';

/**
 * A value of the result document as it was. `type`: of a key; without, a text of 16 digits or more is an integer that a
 * double could not hold.
 */
export function scalarOfJson(value: JsonScalar, type?: KeyType): Scalar {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'number':
      return BigInt(value);
    case 'string':
      return isInteger(value, type) ? BigInt(value) : value;
    default:
  }
  if (!Array.isArray(value)) {
    const names = Object.keys(value);
    return { kind: 'record', parts: names.map((name) => scalarOfJson(value[name] as JsonScalar)), names };
  }
  if (type === 'stack' || (type === undefined && value.length > 0 && value.every(isFrame)))
    return value as StackFrame[];
  const kind = type === 'array' ? 'array' : 'tuple';
  return { kind, parts: (value as JsonScalar[]).map((part) => scalarOfJson(part)) };
}

function isInteger(text: string, type: KeyType | undefined): boolean {
  if (type === 'int' || type === 'uint') return true;
  return type === undefined && /^-?\d{16,20}$/.test(text);
}
