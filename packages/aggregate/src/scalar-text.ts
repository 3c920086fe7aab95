import { type Composite, isStack, type Scalar } from './schema.ts';
import { stackText } from './stack-text.ts';

/** A value as bpftrace prints it; integers already have the sign of their type. `indent`: of the frames of a stack. */
export function scalarText(value: Scalar, indent: number): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return value.toString();
  return isStack(value) ? stackText(value, indent) : compositeText(value, indent);
}

function compositeText({ kind, parts, names }: Composite, indent: number): string {
  const texts = parts.map((part) => scalarText(part, indent));
  if (kind === 'array') return `[${texts.join(',')}]`;
  if (names === undefined) return `(${texts.join(', ')})`;
  return `{ ${texts.map((text, index) => `.${names[index]} = ${text}`).join(', ')} }`;
}
