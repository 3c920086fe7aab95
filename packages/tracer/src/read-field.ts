import type { KeyType, Scalar } from '@bpfleet/aggregate';
import type { FieldLayout } from '@bpfleet/compiler';
import type { StackReader } from './read-stack.ts';

/** Reads one field of a key, value or record. `base`: where the key, value or arguments begin. */
export function readField(bytes: Buffer, base: number, field: FieldLayout, stacks: StackReader): Scalar {
  const offset = base + field.offset;
  if (field.stack !== undefined) return stacks(field.stack.map, bytes.readBigUInt64LE(offset), field.stack.depth);
  return field.type === 'string' ? readText(bytes, offset, field.size) : readInteger(bytes, offset, field.type);
}

function readInteger(bytes: Buffer, offset: number, type: KeyType): bigint {
  return type === 'int' ? bytes.readBigInt64LE(offset) : bytes.readBigUInt64LE(offset);
}

/** Up to the first zero byte. Bytes that are not UTF-8 become U+FFFD. */
function readText(bytes: Buffer, offset: number, size: number): string {
  const limit = offset + size;
  let end = offset;
  while (end < limit && bytes[end] !== 0) end++;
  return bytes.toString('utf8', offset, end);
}
