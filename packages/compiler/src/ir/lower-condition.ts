import type { Expression } from '../syntax/ast.ts';
import { isScalar, storageBytes, storedType, type Type, unify } from '../types/type.ts';
import { compareMemory } from './compare-memory.ts';
import type { Comparison } from './ir.ts';
import { compareStrings } from './lower-string.ts';
import type { Lowering, MemoryValue } from './lowering.ts';

const comparisons: Readonly<Record<string, readonly [signed: Comparison, unsigned: Comparison]>> = {
  '==': ['eq', 'eq'],
  '!=': ['ne', 'ne'],
  '<': ['slt', 'ult'],
  '<=': ['sle', 'ule'],
  '>': ['sgt', 'ugt'],
  '>=': ['sge', 'uge'],
};

/** Whether an expression is a truth that needs no value of its own to branch on. */
export function isCondition(expression: Expression): boolean {
  if (expression.kind !== 'binary') return false;
  return expression.operator === '&&' || expression.operator === '||' || expression.operator in comparisons;
}

/** Goes to block `then` where the expression is not zero, else to `otherwise`. */
export function lowerCondition(lowering: Lowering, expression: Expression, then: number, otherwise: number): void {
  const { builder } = lowering;
  if (expression.kind === 'unary' && expression.operator === '!') {
    lowerCondition(lowering, expression.operand, otherwise, then);
    return;
  }
  if (expression.kind !== 'binary' || !isCondition(expression)) {
    lowerTruth(lowering, expression, then, otherwise);
    return;
  }
  const { operator, left, right } = expression;
  if (operator === '&&' || operator === '||') {
    const next = builder.newBlock();
    lowerCondition(lowering, left, operator === '&&' ? next : then, operator === '&&' ? otherwise : next);
    builder.startBlock(next);
    lowering.conditional(() => lowerCondition(lowering, right, then, otherwise));
    return;
  }
  const [same, different] = operator === '==' ? [then, otherwise] : [otherwise, then];
  const type = lowering.typeOf(left);
  if (type.kind === 'string') {
    compareStrings(lowering, left, right, same, different);
  } else if (!isScalar(type)) {
    const common = unify(storedType(type), storedType(lowering.typeOf(right))) ?? type;
    compareMemory(lowering, memoryAs(lowering, left, common), memoryAs(lowering, right, common), same, different);
  } else {
    const [signed, unsigned] = comparisons[operator] ?? ['eq', 'eq'];
    const l = lowering.number(left);
    const r = lowering.number(right);
    builder.branch(comparesSigned(type, lowering.typeOf(right)) ? signed : unsigned, l, r, then, otherwise);
  }
}

/** A number is true where it is not zero, a string where it is not empty. */
function lowerTruth(lowering: Lowering, expression: Expression, then: number, otherwise: number): void {
  const { builder } = lowering;
  const type = lowering.typeOf(expression);
  const operand =
    type.kind === 'string' ? builder.load(1, lowering.memory(expression).place) : lowering.number(expression);
  builder.branch('ne', operand, 0n, then, otherwise);
}

/** A value laid out as the type that holds both sides: tuples may have strings of different lengths within. */
function memoryAs(lowering: Lowering, expression: Expression, common: Type): MemoryValue {
  const size = storageBytes(common);
  // No element of `common` is shorter than the one it stands for: with the same size all have the same.
  if (storageBytes(storedType(lowering.typeOf(expression))) === size) return lowering.memory(expression);
  const into = { place: lowering.allocate(size), size };
  lowering.storeInto(expression, into, common);
  return into;
}

function comparesSigned(l: Type, r: Type): boolean {
  const neutral = (type: Type) => (type.kind === 'integer' && type.neutral === true) || type.kind === 'boolean';
  const signed = (type: Type) => type.kind === 'integer' && type.signed;
  if (neutral(l)) return signed(r) || neutral(r);
  return neutral(r) ? signed(l) : signed(l) || signed(r);
}
