import type { BinaryOperator, Expression } from '../syntax/ast.ts';
import { evaluate, evaluateUnary } from '../types/arithmetic.ts';

/** The value of an expression made of numbers alone, or undefined for any other. */
export function constantValue(expression: Expression): bigint | undefined {
  switch (expression.kind) {
    case 'integer':
      return expression.value;
    case 'boolean':
      return expression.value ? 1n : 0n;
    case 'comptime':
      return constantValue(expression.operand);
    case 'unary': {
      if (expression.operator === '*' || expression.operator === '&') return undefined;
      const operand = constantValue(expression.operand);
      return operand === undefined ? undefined : evaluateUnary(expression.operator, operand);
    }
    case 'binary': {
      const left = constantValue(expression.left);
      const right = constantValue(expression.right);
      return left === undefined || right === undefined ? undefined : evaluateBinary(expression.operator, left, right);
    }
    case 'ternary': {
      const condition = constantValue(expression.condition);
      if (condition === undefined) return undefined;
      return constantValue(condition !== 0n ? expression.then : expression.otherwise);
    }
    default:
      return undefined;
  }
}

/** What an operator gives for numbers that are known. */
export function evaluateBinary(operator: BinaryOperator, left: bigint, right: bigint): bigint | undefined {
  return evaluate(operator, left, right, !needsUnsigned(operator, left, right));
}

/** Whether the numbers, or what they come to, exceed the signed range. */
function needsUnsigned(operator: BinaryOperator, left: bigint, right: bigint): boolean {
  const limit = 1n << 63n;
  if (left >= limit || right >= limit) return true;
  if (operator === '<<') return left >= 0n && right >= 0n && right < 64n && left << right >= limit;
  return (operator === '+' && left + right >= limit) || (operator === '*' && left * right >= limit);
}
