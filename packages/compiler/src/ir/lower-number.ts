import type { Binary, Expression } from '../syntax/ast.ts';
import { arithmeticType, type IntegerSize, isSigned } from '../types/type.ts';
import type { FunctionBuilder } from './function-builder.ts';
import type { BinaryOperation } from './ir.ts';
import type { Lowering } from './lowering.ts';
import { numberValue, type Operand, type Value } from './value.ts';

/** Arithmetic on two numbers. */
export function lowerBinary(lowering: Lowering, expression: Binary): Value {
  const signed = isSigned(arithmeticType(lowering.typeOf(expression.left), lowering.typeOf(expression.right)));
  const left = lowering.number(expression.left);
  const right = lowering.number(expression.right);
  return numberValue(arithmetic(lowering.builder, expression.operator, left, right, signed));
}

/** One operation, exact for signed numbers. Also for `+=` and its like. */
export function arithmetic(
  builder: FunctionBuilder,
  operator: Binary['operator'],
  left: Operand,
  right: Operand,
  signed: boolean,
): Operand {
  if (signed && (operator === '/' || operator === '%')) return signedDivision(builder, operator, left, right);
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
  const operand = lowering.number(expression.operand);
  if (expression.operator === '-') return numberValue(lowering.builder.negate(operand));
  if (expression.operator === '~') return numberValue(lowering.builder.binary('xor', operand, -1n));
  return numberValue(operand);
}

export function lowerCast(lowering: Lowering, expression: Expression & { kind: 'cast' }): Value {
  const type = lowering.typeOf(expression);
  const operand = lowering.number(expression.operand);
  if (type.kind !== 'integer') return numberValue(operand);
  return numberValue(resize(lowering.builder, operand, type.size, type.signed));
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
