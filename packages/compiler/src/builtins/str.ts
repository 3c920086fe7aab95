import { readText } from '../ir/read-memory.ts';
import { constantValue } from '../passes/fold-constants.ts';
import type { Call, Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { isNumber, stringType } from '../types/type.ts';
import type { CheckContext, FunctionDefinition } from './definition.ts';
import { pointerSpace } from './pointer-space.ts';

/** The text at an address, up to its zero or `length` characters. */
export const str: FunctionDefinition = {
  kind: 'function',
  name: 'str',
  signature: 'str(pointer [, length])',
  kernel: '5.5',
  minimum: 1,
  maximum: 2,
  check(call, context) {
    const [pointer, length] = call.arguments as [Expression, Expression?];
    const type = context.typeOf(pointer);
    if (type.kind === 'string') return type;
    if (!isNumber(type)) {
      context.report('type-mismatch', pointer.span, `str() expects a pointer, not ${describe(type)}`);
    }
    return stringType(length === undefined ? context.config.maxStringLength : textBytes(length, context));
  },
  lower(call, lowering, into) {
    const [pointer] = call.arguments as [Expression];
    const type = lowering.typeOf(pointer);
    if (type.kind === 'string') return { kind: 'memory', ...lowering.memory(pointer, into) };
    const result = lowering.typeOf(call);
    if (result.kind !== 'string') throw new Error('str() without a string');
    return readText(
      lowering,
      {
        address: lowering.number(pointer),
        space: pointerSpace(type, lowering.target),
        bytes: Math.min(lengthOf(call) ?? Number.POSITIVE_INFINITY, result.size),
        size: result.size,
        countTruncated: call.arguments.length === 1,
      },
      into,
    );
  },
};

/** Bytes for `length` characters and the zero. */
function textBytes(length: Expression, context: CheckContext): number {
  const { maxStringLength } = context.config;
  context.typeOf(length);
  const value = constantValue(length);
  if (value === undefined || value < 1n) {
    context.report('invalid-argument', length.span, 'str(): length is a number from 1');
    return maxStringLength;
  }
  if (value < BigInt(maxStringLength)) return Number(value) + 1;
  context.warn('limit', length.span, `str(): strings have at most ${maxStringLength - 1} characters`);
  return maxStringLength;
}

function lengthOf(call: Call): number | undefined {
  const [, length] = call.arguments;
  const value = length === undefined ? undefined : constantValue(length);
  return value === undefined ? undefined : Number(value) + 1;
}
