import type { BinaryOperator, UnaryOperator } from '../syntax/ast.ts';

export function toSigned(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

function toUnsigned(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

/**
 * What a 64-bit operation gives, exactly as the compiled program computes it: division by zero gives 0, a remainder by
 * zero the dividend, and shifts count modulo 64.
 */
export function evaluate(operator: BinaryOperator, left: bigint, right: bigint, signed: boolean): bigint {
  const wrap = signed ? toSigned : toUnsigned;
  const l = wrap(left);
  const r = wrap(right);
  switch (operator) {
    case '+':
      return wrap(l + r);
    case '-':
      return wrap(l - r);
    case '*':
      return wrap(l * r);
    case '/':
      return r === 0n ? 0n : wrap(l / r);
    case '%':
      return r === 0n ? l : wrap(l % r);
    case '<<':
      return wrap(l << (toUnsigned(r) & 63n));
    case '>>':
      return wrap(l >> (toUnsigned(r) & 63n));
    case '&':
      return wrap(l & r);
    case '|':
      return wrap(l | r);
    case '^':
      return wrap(l ^ r);
    case '<':
      return l < r ? 1n : 0n;
    case '<=':
      return l <= r ? 1n : 0n;
    case '>':
      return l > r ? 1n : 0n;
    case '>=':
      return l >= r ? 1n : 0n;
    case '==':
      return l === r ? 1n : 0n;
    case '!=':
      return l !== r ? 1n : 0n;
    case '&&':
      return l !== 0n && r !== 0n ? 1n : 0n;
    case '||':
      return l !== 0n || r !== 0n ? 1n : 0n;
  }
}

export function evaluateUnary(operator: UnaryOperator, operand: bigint): bigint {
  switch (operator) {
    case '-':
      return toSigned(-operand);
    case '~':
      return toSigned(~operand);
    case '!':
      return operand === 0n ? 1n : 0n;
    case '+':
      return operand;
    case '*':
    case '&':
      throw new Error(`${operator} is no arithmetic`);
  }
}
