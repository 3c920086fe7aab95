import { type Composite, isNamed, isStack, type Scalar } from './schema.ts';
import { stackText } from './stack-text.ts';

/** A value as bpftrace prints it; integers already have the sign of their type. */
export function scalarText(value: Scalar): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return value.toString();
  if (isNamed(value)) return value.text;
  return isStack(value) ? stackText(value) : compositeText(value);
}

function compositeText({ kind, parts, names }: Composite): string {
  const texts = parts.map((part) => scalarText(part));
  if (kind === 'array') return `[${texts.join(',')}]`;
  if (names === undefined) return `(${texts.join(', ')})`;
  return `{ ${texts.map((text, index) => `.${names[index]} = ${text}`).join(', ')} }`;
}
