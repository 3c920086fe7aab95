import type { KnownContext } from '../builtins/definition.ts';
import { findBuiltin, findFunction } from '../builtins/index.ts';
import type { Expression } from '../syntax/ast.ts';
import { evaluateUnary } from '../types/arithmetic.ts';
import { constantValue, evaluateBinary } from './fold-constants.ts';
import { constantOf } from './type-constant.ts';

/**
 * The value of an expression that is known when the script is compiled: made of literals, sizes, names of enumerations,
 * questions about types and the kind of the probe. undefined for any other, and as long as a type is not known.
 */
export function comptimeValue(expression: Expression, context: KnownContext): bigint | string | undefined {
  const known = (inner: Expression) => comptimeValue(inner, context);
  switch (expression.kind) {
    case 'string':
      return expression.value;
    case 'comptime':
      return known(expression.operand);
    case 'identifier':
      return findBuiltin(expression.name)?.known?.(context.target) ?? constantOf(expression, context);
    case 'call': {
      const definition = findFunction(expression.name);
      return definition?.kind === 'function' ? definition.known?.(expression, context) : undefined;
    }
    case 'unary': {
      const operand = known(expression.operand);
      if (typeof operand !== 'bigint' || expression.operator === '*' || expression.operator === '&') return undefined;
      return evaluateUnary(expression.operator, operand);
    }
    case 'binary': {
      const { operator } = expression;
      const [left, right] = [known(expression.left), known(expression.right)];
      if (typeof left === 'bigint' && typeof right === 'bigint') return evaluateBinary(operator, left, right);
      if (typeof left !== 'string' || typeof right !== 'string') return undefined;
      if (operator === '==') return left === right ? 1n : 0n;
      return operator === '!=' ? (left === right ? 0n : 1n) : undefined;
    }
    case 'ternary': {
      const taken = known(expression.condition);
      return taken === undefined ? undefined : known(isTrue(taken) ? expression.then : expression.otherwise);
    }
    case 'sizeof':
    case 'offsetof':
      return constantOf(expression, context);
    default:
      return constantValue(expression);
  }
}

/** Whether all of an expression is known when the script is compiled. */
export function isKnown(expression: Expression, context: KnownContext): boolean {
  switch (expression.kind) {
    case 'tuple':
      return expression.elements.every((element) => isKnown(element, context));
    case 'record':
      return expression.fields.every(({ value }) => isKnown(value, context));
    default:
      return comptimeValue(expression, context) !== undefined;
  }
}

/**
 * Of a condition that is said to be known when the script is compiled: whether it holds. undefined for any other condition,
 * and as long as it is not known.
 */
export function comptimeTruth(condition: Expression, context: KnownContext): boolean | undefined {
  if (condition.kind !== 'comptime') return undefined;
  const value = comptimeValue(condition, context);
  return value === undefined ? undefined : isTrue(value);
}

/** A number is true where it is not zero, a string where it is not empty. */
function isTrue(value: bigint | string): boolean {
  return value !== 0n && value !== '';
}
