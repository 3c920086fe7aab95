import { readFailed } from '../ir/helper-failure.ts';
import { characterArray } from '../ir/lower-member.ts';
import type { Lowering } from '../ir/lowering.ts';
import { clearMemory } from '../ir/memory.ts';
import { callReader } from '../ir/read-memory.ts';
import { type Operand, placeAt } from '../ir/value.ts';
import { constantValue } from '../passes/fold-constants.ts';
import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { cBytes, isNumber, type Type } from '../types/type.ts';
import type { CheckContext, FunctionDefinition } from './definition.ts';
import { pointerSpace } from './pointer-space.ts';

/** Any bytes: of an array or structure those it has, from an address as many as `length` says. */
export const buf: FunctionDefinition = {
  kind: 'function',
  name: 'buf',
  signature: 'buf(data [, length])',
  kernel: '4.1',
  minimum: 1,
  maximum: 2,
  check(call, context) {
    const [data, length] = call.arguments as [Expression, Expression?];
    const type = context.typeOf(data);
    const own = ownBytes(type);
    if (own === undefined && !isNumber(type)) {
      const message = `buf() expects an array, a string, an integer or a pointer as first argument (${describe(type)} provided)`;
      context.report('type-mismatch', data.span, message);
    } else if (own === undefined && length === undefined && type.kind !== 'unknown') {
      context.report('invalid-argument', call.span, 'buf() expects a length argument for non-array type');
    }
    const { maxStringLength } = context.config;
    const most = Math.min(own ?? maxStringLength, maxStringLength);
    return { kind: 'buffer', size: length === undefined ? most : checkLength(length, most, context) };
  },
  lower(call, lowering) {
    const { builder } = lowering;
    const [data, length] = call.arguments as [Expression, Expression?];
    const type = lowering.typeOf(call);
    if (type.kind !== 'buffer') throw new Error('buf() without a buffer');
    const size = 8 + ((type.size + 7) & ~7);
    const bytes = lengthOf(lowering, length, type.size);
    const place = lowering.allocate(size);
    clearMemory(lowering, place, size);
    builder.store(8, place, bytes);
    const { address, space } = addressOf(lowering, data);
    const read = callReader(lowering, 'bytes', space, placeAt(place, 8), bytes, address);
    builder.when('slt', read, 0n, () => readFailed(lowering, 'probe_read', read));
    return { kind: 'memory', place, size };
  },
};

function ownBytes(type: Type): number | undefined {
  return type.kind === 'array' || type.kind === 'string' || type.kind === 'record' ? cBytes(type) : undefined;
}

function checkLength(length: Expression, most: number, context: CheckContext): number {
  const type = context.typeOf(length);
  const value = constantValue(length);
  if (!isNumber(type)) {
    context.report('type-mismatch', length.span, `buf() only supports int arguments (${describe(type)} provided)`);
  } else if (value !== undefined && value < 0n) {
    context.report('invalid-argument', length.span, `buf cannot use negative length (${value})`);
  } else if (value !== undefined && value > BigInt(most)) {
    context.warn('limit', length.span, `length param (${value}) is too long and will be shortened to ${most} bytes`);
  } else if (value !== undefined) {
    return Number(value);
  }
  return most;
}

/** The verifier must see that so many bytes fit. */
function lengthOf(lowering: Lowering, length: Expression | undefined, most: number): Operand {
  if (length === undefined || constantValue(length) !== undefined) return BigInt(most);
  const { builder } = lowering;
  const bytes = builder.copy(lowering.number(length));
  builder.when('ugt', bytes, BigInt(most), () => builder.assign(bytes, BigInt(most)));
  return bytes;
}

function addressOf(lowering: Lowering, data: Expression) {
  const type = lowering.typeOf(data);
  if (isNumber(type)) return { address: lowering.number(data), space: pointerSpace(type, lowering.target) };
  if ((type.kind === 'array' || type.kind === 'record') && type.space !== 'program') {
    return { address: lowering.number(data), space: type.space === 'context' ? ('kernel' as const) : type.space };
  }
  const array = characterArray(lowering, data);
  return array ?? { address: lowering.builder.address(lowering.memory(data).place), space: 'kernel' as const };
}
