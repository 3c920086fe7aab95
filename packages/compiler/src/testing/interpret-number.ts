import type { BinaryOperator } from '../syntax/ast.ts';
import type { IntegerSize, Type } from '../types/type.ts';

/** The sign that a number brings to an operation: that of its type; none of a literal and of a truth. */
function signOf(type: Type): 'signed' | 'unsigned' | 'none' {
  if (type.kind === 'boolean') return 'none';
  if (type.kind !== 'integer') return 'unsigned';
  return type.neutral === true ? 'none' : type.signed ? 'signed' : 'unsigned';
}

/** Law: an operation is signed where a signed type enters, and where nothing says otherwise. */
export function signedOperation(left: Type, right: Type): boolean {
  const signs = [signOf(left), signOf(right)];
  return signs.includes('signed') || !signs.includes('unsigned');
}

/** One operation on two numbers of 64 bits. Law: what is divided by zero gives 1. */
export function arithmetic(operator: BinaryOperator, left: bigint, right: bigint, signed: boolean): bigint {
  const [l, r] = signed ? [left, right] : [BigInt.asUintN(64, left), BigInt.asUintN(64, right)];
  const shift = BigInt.asUintN(6, right);
  const truth = (holds: boolean) => (holds ? 1n : 0n);
  const results: Record<BinaryOperator, () => bigint> = {
    '+': () => l + r,
    '-': () => l - r,
    '*': () => l * r,
    '/': () => (r === 0n ? 1n : l / r),
    '%': () => (r === 0n ? 1n : l % r),
    '&': () => l & r,
    '|': () => l | r,
    '^': () => l ^ r,
    '<<': () => l << shift,
    '>>': () => l >> shift,
    '<': () => truth(l < r),
    '<=': () => truth(l <= r),
    '>': () => truth(l > r),
    '>=': () => truth(l >= r),
    '==': () => truth(l === r),
    '!=': () => truth(l !== r),
    '&&': () => truth(l !== 0n && r !== 0n),
    '||': () => truth(l !== 0n || r !== 0n),
  };
  return BigInt.asIntN(64, results[operator]());
}

/** A number cut to the bytes of a type, and extended again. */
export function resized(value: bigint, size: IntegerSize, signed: boolean): bigint {
  return BigInt.asIntN(64, signed ? BigInt.asIntN(size * 8, value) : BigInt.asUintN(size * 8, value));
}
