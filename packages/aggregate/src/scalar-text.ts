import { asInteger } from './integer.ts';
import { type Composite, isStack, type KeyType, type Scalar } from './schema.ts';
import { stackText } from './stack-text.ts';

/** A value as bpftrace prints it. `signed`: how the bits of an integer are read; `indent`: of the frames of a stack. */
export function scalarText(value: Scalar, signed: boolean, indent: number): string {
  if (typeof value === 'bigint') return asInteger(value, signed).toString();
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return isStack(value) ? stackText(value, indent) : compositeText(value, indent);
}

/** Integers within others already have the sign of their type. */
function compositeText({ kind, parts, names }: Composite, indent: number): string {
  const texts = parts.map((part) => scalarText(part, typeof part === 'bigint' && part < 0n, indent));
  if (kind === 'array') return `[${texts.join(',')}]`;
  if (names === undefined) return `(${texts.join(', ')})`;
  return `{ ${texts.map((text, index) => `.${names[index]} = ${text}`).join(', ')} }`;
}

/** How the bits of an integer of a key are read. */
export function isSignedKey(type: KeyType | undefined): boolean {
  return type === undefined || type === 'int';
}
