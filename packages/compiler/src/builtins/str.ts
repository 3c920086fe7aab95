import type { Lowering } from '../ir/lowering.ts';
import { readText } from '../ir/read-memory.ts';
import type { Operand } from '../ir/value.ts';
import { constantValue } from '../passes/fold-constants.ts';
import type { Call, Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { isNumber, stringType } from '../types/type.ts';
import type { CheckContext, FunctionDefinition } from './definition.ts';
import { pointerSpace } from './pointer-space.ts';

/**
 * The text at an address, up to its zero or `length` bytes, of which one is the zero. Of a string the same; of a literal
 * as many characters.
 */
export const str: FunctionDefinition = {
  kind: 'function',
  name: 'str',
  signature: 'str(pointer [, length])',
  kernel: '4.11',
  minimum: 1,
  maximum: 2,
  check(call, context) {
    const [source, length] = call.arguments as [Expression, Expression?];
    const type = context.typeOf(source);
    if (type.kind !== 'string' && !isNumber(type)) {
      const message = `str() expects a string, integer or a pointer type as first argument (${describe(type)} provided)`;
      context.report('type-mismatch', source.span, message);
    }
    const { maxStringLength } = context.config;
    // One byte more than the longest text for its zero: so long a text is taken to be cut off.
    const longest = type.kind === 'string' ? type : stringType(maxStringLength + 1);
    if (length === undefined) return longest;
    const bytes = checkLength(call, length, { most: longest.bytes, context });
    return stringType(source.kind === 'string' ? Math.min(longest.bytes, bytes + 1) : bytes);
  },
  lower(call, lowering, into) {
    const [source, length] = call.arguments as [Expression, Expression?];
    const type = lowering.typeOf(source);
    const result = lowering.typeOf(call);
    if (result.kind !== 'string') throw new Error('str() without a string');
    if (type.kind === 'string' && length === undefined) return { kind: 'memory', ...lowering.memory(source, into) };
    const { builder } = lowering;
    const [address, space] =
      type.kind === 'string'
        ? [builder.address(lowering.memory(source).place), 'kernel' as const]
        : [lowering.number(source), pointerSpace(type, lowering.target)];
    const bytes = textBytes(lowering, length, result.bytes);
    return readText(lowering, { address, space, bytes, size: result.size, countTruncated: length === undefined }, into);
  },
};

/** Bytes that the text may have at most. */
function checkLength(
  call: Call,
  length: Expression,
  { most, context }: { readonly most: number; readonly context: CheckContext },
): number {
  const type = context.typeOf(length);
  const value = constantValue(length);
  const { maxStringLength } = context.config;
  if (!isNumber(type)) {
    const message = `str() only supports int arguments (${describe(type)} provided)`;
    context.report('type-mismatch', length.span, message);
  } else if (value !== undefined && value < 0n) {
    context.report('invalid-argument', length.span, `str cannot use negative length (${value})`);
  } else if (value !== undefined && value >= BigInt(maxStringLength)) {
    const message = `length param (${value}) is too long and will be shortened to ${maxStringLength} bytes`;
    context.warn('limit', call.span, `${message} (see BPFTRACE_MAX_STRLEN)`);
    return Math.min(most, value === BigInt(maxStringLength) ? maxStringLength : most);
  } else if (value !== undefined) {
    return Math.min(most, Math.max(1, Number(value)));
  }
  return most;
}

/** As many as the type has, or as the script says when it runs; the verifier must see that those fit. */
function textBytes(lowering: Lowering, length: Expression | undefined, most: number): number | { operand: Operand } {
  if (length === undefined || constantValue(length) !== undefined) return most;
  const { builder } = lowering;
  const bytes = builder.copy(lowering.number(length));
  builder.when('ugt', bytes, BigInt(most), () => builder.assign(bytes, BigInt(most)));
  return { operand: bytes };
}
