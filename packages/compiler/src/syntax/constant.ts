import type { BinaryOperator, Expression } from './ast.ts';

/** How many operations one constant may need: names that stand for others twice over double at every level. */
const MAX_STEPS = 10_000;

/** What a name stands for: the value of an enumerator, the expression of a `#define`, or nothing. */
export type ConstantLookup = (name: string) => bigint | Expression | undefined;

/** The value of an expression of numbers and names of numbers, 64 bits and signed as in C; undefined of any other. */
export function evaluateConstant(expression: Expression, lookup: ConstantLookup): bigint | undefined {
  let steps = 0;
  const evaluate = (node: Expression): bigint | undefined => {
    if (++steps > MAX_STEPS) return undefined;
    switch (node.kind) {
      case 'integer':
        return BigInt.asIntN(64, node.value);
      case 'boolean':
        return node.value ? 1n : 0n;
      case 'identifier': {
        const meaning = lookup(node.name);
        if (typeof meaning === 'bigint' || meaning === undefined) return meaning;
        return inner(meaning);
      }
      case 'unary':
        return unary(node.operator, inner(node.operand));
      case 'binary': {
        const left = inner(node.left);
        const right = left === undefined ? undefined : inner(node.right);
        return left === undefined || right === undefined ? undefined : binary(node.operator, left, right);
      }
      case 'ternary': {
        const condition = inner(node.condition);
        if (condition === undefined) return undefined;
        return inner(condition === 0n ? node.otherwise : node.then);
      }
      default:
        return undefined;
    }
  };
  let depth = 0;
  /** A `#define` that leads to itself ends here. */
  const inner = (node: Expression): bigint | undefined => {
    if (depth >= 1_000) return undefined;
    depth++;
    const value = evaluate(node);
    depth--;
    return value === undefined ? undefined : BigInt.asIntN(64, value);
  };
  return inner(expression);
}

function unary(operator: string, value: bigint | undefined): bigint | undefined {
  if (value === undefined) return undefined;
  if (operator === '-') return -value;
  if (operator === '+') return value;
  if (operator === '~') return ~value;
  return operator === '!' ? (value === 0n ? 1n : 0n) : undefined;
}

function binary(operator: BinaryOperator, left: bigint, right: bigint): bigint | undefined {
  switch (operator) {
    case '*':
      return left * right;
    case '/':
      return right === 0n ? undefined : left / right;
    case '%':
      return right === 0n ? undefined : left % right;
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '<<':
      return right < 0n || right > 63n ? undefined : left << right;
    case '>>':
      return right < 0n || right > 63n ? undefined : left >> right;
    case '&':
      return left & right;
    case '^':
      return left ^ right;
    case '|':
      return left | right;
    default:
      return compare(operator, left, right) ? 1n : 0n;
  }
}

function compare(operator: BinaryOperator, left: bigint, right: bigint): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '&&':
      return left !== 0n && right !== 0n;
    default:
      return left !== 0n || right !== 0n;
  }
}
