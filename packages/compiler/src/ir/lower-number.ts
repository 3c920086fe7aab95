import type { Span } from '../source/span.ts';
import type { Binary, Cast, Expression } from '../syntax/ast.ts';
import { arithmeticType, cBytes, type IntegerSize, isSigned, storageBytes, type Type } from '../types/type.ts';
import type { FunctionBuilder } from './function-builder.ts';
import type { BinaryOperation } from './ir.ts';
import { emitComplaint } from './lower-message.ts';
import type { Lowering } from './lowering.ts';
import { loadBits } from './memory.ts';
import { type Destination, numberValue, type Operand, type Value } from './value.ts';

/** Arithmetic on two numbers. A number added to a pointer counts what it points to. */
export function lowerBinary(lowering: Lowering, expression: Binary): Value {
  const { builder } = lowering;
  const { operator } = expression;
  const leftType = lowering.typeOf(expression.left);
  const rightType = lowering.typeOf(expression.right);
  const signed = isSigned(arithmeticType(leftType, rightType));
  let left = lowering.number(expression.left);
  let right = lowering.number(expression.right);
  if ((operator === '+' || operator === '-') && (leftType.kind === 'pointer') !== (rightType.kind === 'pointer')) {
    if (leftType.kind === 'pointer') right = builder.binary('mul', right, pointerStep(leftType));
    else left = builder.binary('mul', left, pointerStep(rightType));
  }
  if (operator !== '/' && operator !== '%') return numberValue(arithmetic(lowering, operator, left, right, signed));
  return numberValue(divide(lowering, expression, left, right, signed));
}

/** What one more is: of a pointer the bytes of what it points to. */
export function pointerStep(type: Type): bigint {
  return type.kind === 'pointer' && type.to !== undefined ? BigInt(Math.max(1, cBytes(type.to))) : 1n;
}

/** What is divided by zero gives 1, and that is told each time. `at`: the division as it stands in the source. */
export function divide(
  lowering: Lowering,
  at: { readonly operator?: Binary['operator']; readonly span: Span },
  left: Operand,
  right: Operand,
  signed: boolean,
): Operand {
  const { builder } = lowering;
  const { operator = '/', span } = at;
  if (typeof right === 'bigint' && right !== 0n) return arithmetic(lowering, operator, left, right, signed);
  const result = builder.copy(1n);
  const [zero, other, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  builder.branch('eq', right, 0n, zero, other);
  builder.startBlock(zero);
  emitComplaint(lowering, span, dividedByZero);
  builder.jump(after);
  builder.startBlock(other);
  builder.assign(result, arithmetic(lowering, operator, left, right, signed));
  builder.jump(after);
  builder.startBlock(after);
  return result;
}

const dividedByZero =
  'Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the result.';

/** One operation, exact for signed numbers. Also for `+=` and its like. */
export function arithmetic(
  { builder, env }: Pick<Lowering, 'builder' | 'env'>,
  operator: Binary['operator'],
  left: Operand,
  right: Operand,
  signed: boolean,
): Operand {
  if (signed && (operator === '/' || operator === '%')) {
    if (env.features.has('signed_division')) {
      return builder.binary(operator === '/' ? 'sdiv' : 'smod', left, right);
    }
    return signedDivision(builder, operator, left, right);
  }
  const operations: Partial<Record<Binary['operator'], BinaryOperation>> = {
    '+': 'add',
    '-': 'sub',
    '*': 'mul',
    '/': 'udiv',
    '%': 'umod',
    '&': 'and',
    '|': 'or',
    '^': 'xor',
    '<<': 'shl',
    '>>': signed ? 'sshr' : 'ushr',
  };
  const operation = operations[operator];
  if (operation === undefined) throw new Error(`${operator} is no arithmetic`);
  return builder.binary(operation, left, right);
}

/**
 * Signed division by unsigned instructions (the signed ones need 6.6): divides the magnitudes, then gives the quotient
 * the sign of both and the remainder the dividend's. `(x ^ s) - s` negates where the sign mask `s` is all ones.
 */
function signedDivision(builder: FunctionBuilder, operator: '/' | '%', left: Operand, right: Operand): Operand {
  const signOf = (value: Operand) => builder.binary('sshr', value, 63n);
  const applySign = (value: Operand, sign: Operand) => builder.binary('sub', builder.binary('xor', value, sign), sign);
  const leftSign = signOf(left);
  const rightSign = signOf(right);
  const magnitude = builder.binary(
    operator === '/' ? 'udiv' : 'umod',
    applySign(left, leftSign),
    applySign(right, rightSign),
  );
  return applySign(magnitude, operator === '/' ? builder.binary('xor', leftSign, rightSign) : leftSign);
}

export function lowerUnary(lowering: Lowering, expression: Expression & { kind: 'unary' }): Value {
  if (expression.operator === '&') return lowerAddress(lowering, expression.operand);
  const operand = lowering.number(expression.operand);
  if (expression.operator === '-') return numberValue(lowering.builder.negate(operand));
  if (expression.operator === '~') return numberValue(lowering.builder.binary('xor', operand, -1n));
  return numberValue(operand);
}

/** Where a variable or the value of a map without a key lies. */
function lowerAddress(lowering: Lowering, operand: Expression): Value {
  const { builder } = lowering;
  if (operand.kind === 'map') {
    const { map, value } = lowering.map(operand.name);
    return numberValue(builder.mapValue(map, value.kind === 'scalar' ? value.field.offset : value.offset));
  }
  if (operand.kind !== 'variable') throw new Error(`${operand.kind} has no address`);
  const home = lowering.declareVariable(operand);
  if (home.kind === 'register') throw new Error(`${operand.name} is in a register`);
  return numberValue(builder.address(home.place));
}

/** Between numbers; from a number to the array of its bytes, and back. */
export function lowerCast(lowering: Lowering, expression: Cast, into?: Destination): Value {
  const { builder } = lowering;
  const type = lowering.typeOf(expression);
  const given = lowering.typeOf(expression.operand);
  if (type.kind === 'array' && given.kind !== 'array') {
    const size = storageBytes(type);
    const place = into !== undefined && into.size >= size ? into.place : lowering.allocate(size);
    builder.store(8, place, lowering.number(expression.operand));
    return { kind: 'memory', place, size };
  }
  if (given.kind === 'array' && type.kind === 'integer') {
    const { place } = lowering.memory(expression.operand);
    const bits = Math.min(type.size, cBytes(given)) * 8;
    return numberValue(loadBits(lowering, place, 0, bits, type.signed));
  }
  if (type.kind === 'array' || (given.kind === type.kind && (type.kind === 'string' || type.kind === 'record'))) {
    // What it is cast to lies in the program's own memory, whatever it was before.
    const { place, size } = lowering.memory(expression.operand, into);
    return { kind: 'memory', place, size };
  }
  if (type.kind === 'boolean') {
    const truth = builder.copy(0n);
    const [yes, after] = [builder.newBlock(), builder.newBlock()];
    lowering.condition(expression.operand, yes, after);
    builder.startBlock(yes);
    builder.assign(truth, 1n);
    builder.jump(after);
    builder.startBlock(after);
    return numberValue(truth);
  }
  const operand = lowering.number(expression.operand);
  if (type.kind !== 'integer') return numberValue(operand);
  return numberValue(resize(builder, operand, type.size, type.signed));
}

/** The low bytes of a number, extended to 64 bits. */
export function resize(builder: FunctionBuilder, operand: Operand, size: IntegerSize, signed: boolean): Operand {
  if (size === 8) return operand;
  if (!signed && size < 4) return builder.binary('and', operand, (1n << BigInt(size * 8)) - 1n);
  const shift = BigInt(64 - size * 8);
  return builder.binary(signed ? 'sshr' : 'ushr', builder.binary('shl', operand, shift), shift);
}

/** Extends what a load of `size` bytes left, which is zero above. */
export function extend(builder: FunctionBuilder, loaded: Operand, size: IntegerSize, signed: boolean): Operand {
  return signed ? resize(builder, loaded, size, true) : loaded;
}
