import type { Lowering, MemoryValue } from '../ir/lowering.ts';
import { readText } from '../ir/read-memory.ts';
import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { stringType, type Type } from '../types/type.ts';
import type { CheckContext } from './definition.ts';
import { pointerSpace } from './pointer-space.ts';

/** What functions of strings take: a string, or a pointer to characters, which is read. */
export function checkString(name: string, argument: Expression, context: CheckContext): void {
  const type = context.typeOf(argument);
  if (type.kind === 'string' || type.kind === 'unknown' || isTextPointer(type)) return;
  const message = `${name}() only supports string arguments (${describe(type)} provided)`;
  const hint = type.kind === 'pointer' || type.kind === 'integer' ? 'read the text with str()' : undefined;
  context.report('type-mismatch', argument.span, message, hint);
}

/** The string in the program's memory. */
export function stringValue(lowering: Lowering, argument: Expression): MemoryValue {
  const type = lowering.typeOf(argument);
  if (type.kind === 'string') return lowering.memory(argument);
  const { size, bytes } = stringType(lowering.config.maxStringLength);
  const address = lowering.number(argument);
  const space = pointerSpace(type, lowering.target);
  const value = readText(lowering, { address, space, bytes, size, countTruncated: true });
  if (value.kind !== 'memory') throw new Error('a text without memory');
  return value;
}

function isTextPointer(type: Type): boolean {
  return type.kind === 'pointer' && type.to?.kind === 'integer' && type.to.size === 1;
}

/** Bytes that a string may have, with its zero. */
export function stringBytes(lowering: Pick<Lowering, 'typeOf' | 'config'>, argument: Expression): number {
  const type = lowering.typeOf(argument);
  return type.kind === 'string' ? type.bytes : lowering.config.maxStringLength;
}
