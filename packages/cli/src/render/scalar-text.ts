import { frameText, isFrame, type StackFrame } from '@bpfleet/aggregate';
import type { ResultMap } from '@bpfleet/client';

export type KeyType = ResultMap['key'][number];

/** Whether columns of this type are read from the right. */
export function isNumber(type: KeyType): boolean {
  return type === 'int' || type === 'uint' || type === 'bool';
}

/** The parts of a key, each on one line; `types`: of the map. */
export function keyTexts(types: readonly KeyType[], key: readonly unknown[]): string[] {
  return key.map((part, index) => scalarText(part, types[index]));
}

/**
 * One part of a key, or a value, on one line: composites as bpftrace prints them; of a stack who was called by whom, the
 * innermost first. Arrays without a type are taken for tuples, but for those of frames.
 */
export function scalarText(value: unknown, type?: KeyType): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (!Array.isArray(value)) {
    const members = Object.entries(value).map(([name, member]) => `.${name} = ${scalarText(member)}`);
    return `{ ${members.join(', ')} }`;
  }
  if (isStack(value, type)) return value.map(frameText).join(' < ');
  const parts = value.map((part) => scalarText(part));
  return type === 'array' ? `[${parts.join(',')}]` : `(${parts.join(', ')})`;
}

function isStack(value: readonly unknown[], type: KeyType | undefined): value is StackFrame[] {
  return type === 'stack' || (type === undefined && value.length > 0 && value.every(isFrame));
}
