import type { BinaryOperator } from '../syntax/ast.ts';
import { evaluate, toSigned } from '../types/arithmetic.ts';
import type { BinaryOperation, Comparison } from './ir.ts';
import type { Operand } from './value.ts';

const operators: Readonly<Record<BinaryOperation, { readonly operator: BinaryOperator; readonly signed: boolean }>> = {
  add: { operator: '+', signed: true },
  sub: { operator: '-', signed: true },
  mul: { operator: '*', signed: true },
  udiv: { operator: '/', signed: false },
  umod: { operator: '%', signed: false },
  sdiv: { operator: '/', signed: true },
  smod: { operator: '%', signed: true },
  and: { operator: '&', signed: true },
  or: { operator: '|', signed: true },
  xor: { operator: '^', signed: true },
  shl: { operator: '<<', signed: true },
  ushr: { operator: '>>', signed: false },
  sshr: { operator: '>>', signed: true },
};

const comparisons: Readonly<Record<Comparison, { readonly operator: BinaryOperator; readonly signed: boolean }>> = {
  eq: { operator: '==', signed: true },
  ne: { operator: '!=', signed: true },
  ult: { operator: '<', signed: false },
  ule: { operator: '<=', signed: false },
  ugt: { operator: '>', signed: false },
  uge: { operator: '>=', signed: false },
  slt: { operator: '<', signed: true },
  sle: { operator: '<=', signed: true },
  sgt: { operator: '>', signed: true },
  sge: { operator: '>=', signed: true },
};

/** The result of an operation that needs no instruction, or undefined. */
export function foldBinary(operation: BinaryOperation, left: Operand, right: Operand): Operand | undefined {
  const { operator, signed } = operators[operation];
  if (typeof left === 'bigint' && typeof right === 'bigint') return toSigned(evaluate(operator, left, right, signed));
  if (right === 0n && ['add', 'sub', 'or', 'xor', 'shl', 'ushr', 'sshr'].includes(operation)) return left;
  if (right === 1n && ['mul', 'udiv', 'sdiv'].includes(operation)) return left;
  if (left === 0n && ['add', 'or', 'xor'].includes(operation)) return right;
  if (left === 1n && operation === 'mul') return right;
  // The verifier refuses a constant zero as divisor.
  if (right === 0n && (operation === 'udiv' || operation === 'sdiv')) return 0n;
  if (right === 0n && (operation === 'umod' || operation === 'smod')) return left;
  return undefined;
}

export function compareConstants(comparison: Comparison, left: bigint, right: bigint): boolean {
  const { operator, signed } = comparisons[comparison];
  return evaluate(operator, left, right, signed) !== 0n;
}
