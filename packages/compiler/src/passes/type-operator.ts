import type { Binary, Call, Expression, Ternary, Update } from '../syntax/ast.ts';
import { describe, typeName } from '../types/describe-type.ts';
import { textBytes } from '../types/text-bytes.ts';
import {
  arithmeticType,
  booleanType,
  int64,
  isNumber,
  isSigned,
  isStorable,
  literalType,
  neutralInteger,
  storedType,
  type Type,
  uint64,
  unify,
  unknown,
} from '../types/type.ts';
import { constantValue } from './fold-constants.ts';
import type { Typer } from './typer.ts';

const comparisons: readonly string[] = ['==', '!=', '<', '<=', '>', '>='];
const logical: readonly string[] = ['&&', '||'];

export function typeBinary(typer: Typer, expression: Binary): Type {
  const { operator } = expression;
  const left = typer.typeOf(expression.left);
  const right = typer.typeOf(expression.right);
  const aggregate = [expression.left, expression.right].find((side) => isAggregateCall(typer, side));
  if (aggregate !== undefined) {
    const { name } = aggregate as Call;
    typer.report('invalid-use', aggregate.span, `${name}() must be assigned directly to a map`);
    return unknown;
  }
  if (left.kind === 'unknown' || right.kind === 'unknown') {
    return comparisons.includes(operator) || logical.includes(operator) ? booleanType : unknown;
  }
  if (logical.includes(operator)) return typeLogical(typer, expression, left, right);
  const equality = operator === '==' || operator === '!=';
  if (equality && left.kind === 'string' && right.kind === 'string') {
    warnNeverEqual(typer, expression, left.bytes, right.bytes);
    return booleanType;
  }
  if (equality && !isNumber(left) && isStorable(left) && unify(storedType(left), storedType(right)) !== undefined) {
    return booleanType;
  }
  if (!isNumber(left) || !isNumber(right)) {
    const message = equality
      ? `Type mismatch for '${operator}': comparing ${typeName(left)} with ${typeName(right)}`
      : `The ${operator} operator can not be used on expressions of types ${typeName(left)}, ${typeName(right)}`;
    typer.report('type-mismatch', expression.span, message);
    return comparisons.includes(operator) ? booleanType : unknown;
  }
  warnSigned(typer, expression, left, right);
  if (comparisons.includes(operator)) return booleanType;
  if (!goesWithPointers(operator, left, right)) {
    const message = `The ${operator} operator can not be used on expressions of types ${typeName(left)}, ${typeName(right)}`;
    typer.report('type-mismatch', expression.span, message);
    return unknown;
  }
  const moved = pointerArithmetic(operator, left, right);
  if (moved !== undefined) return moved;
  checkFolding(typer, expression);
  const type = folded(expression, arithmeticType(left, right));
  // A difference may be below zero, whatever it is of; of literals it is known.
  const mayBeNegative = operator === '-' && constantValue(expression) === undefined;
  return mayBeNegative && type.kind === 'integer' && !type.signed ? int64 : type;
}

function isAggregateCall(typer: Typer, expression: Expression): boolean {
  return expression.kind === 'call' && typer.types.get(expression)?.kind === 'aggregate';
}

function typeLogical(typer: Typer, expression: Binary, left: Type, right: Type): Type {
  for (const [side, type] of [
    [expression.left, left],
    [expression.right, right],
  ] as const) {
    if (isNumber(type) || type.kind === 'string') continue;
    typer.report('type-mismatch', side.span, `${expression.operator} takes numbers, not ${describe(type)}`);
  }
  return booleanType;
}

/** A number can be added to a pointer and taken from it; nothing else can be done with one. */
function goesWithPointers(operator: string, left: Type, right: Type): boolean {
  if (left.kind !== 'pointer' && right.kind !== 'pointer') return true;
  if (operator === '+') return left.kind !== right.kind;
  return operator === '-' && left.kind === 'pointer' && right.kind !== 'pointer';
}

/** A pointer stays one when it is moved; two of them give a number. */
function pointerArithmetic(operator: string, left: Type, right: Type): Type | undefined {
  if (operator !== '+' && operator !== '-') return undefined;
  if (left.kind === 'pointer' && right.kind !== 'pointer') return left;
  return right.kind === 'pointer' && left.kind !== 'pointer' && operator === '+' ? right : undefined;
}

/** Arithmetic on literals is a literal of what it comes to. */
function folded(expression: Expression, type: Type): Type {
  if (type.kind !== 'integer' || type.neutral !== true) return type;
  const value = constantValue(expression);
  if (value === undefined) return type;
  return value < 0n ? negativeType(value) : value >= 1n << 63n ? uint64 : literalType(value);
}

/** Of operands that are signed in the end, those that may exceed the signed range. */
function warnSigned(typer: Typer, { operator, left, right }: Binary, leftType: Type, rightType: Type): void {
  if (operator === '<<' || operator === '>>' || leftType.kind === 'pointer' || rightType.kind === 'pointer') return;
  const signed = operator === '-' || isSigned(arithmeticType(leftType, rightType));
  if (!signed) return;
  for (const operand of [left, right]) {
    const type = typer.heldType(operand);
    if (type.kind !== 'integer' || type.signed || type.size < 8 || constantValue(operand) !== undefined) continue;
    const message = 'Expression of type: uint64 being cast to type: int64. This may cause unexpected results.';
    typer.warn('type-mismatch', operand.span, `${message} Use an explicit cast to suppress this warning.`);
  }
}

/** Arithmetic on literals alone must give what 64 bits hold. */
function checkFolding(typer: Typer, { operator, left, right, span }: Binary): void {
  const [l, r] = [constantValue(left), constantValue(right)];
  if (l === undefined || r === undefined) return;
  const exact = exactly(operator, l, r);
  if (exact !== undefined && exact >= -(1n << 63n) && exact < 1n << 64n) return;
  typer.report('invalid-argument', span, 'unable to fold literals due to overflow or underflow');
}

function exactly(operator: Binary['operator'], left: bigint, right: bigint): bigint | undefined {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
    case '%':
      return right === 0n ? undefined : left;
    case '<<':
    case '>>':
      return right < 0n || right >= 64n ? undefined : 0n;
    default:
      return 0n;
  }
}

function warnNeverEqual(typer: Typer, expression: Binary, left: number, right: number): void {
  const { left: l, right: r } = expression;
  const literal = l.kind === 'string' ? l : r.kind === 'string' ? r : undefined;
  if (literal === undefined || (l.kind === 'string' && r.kind === 'string')) return;
  const size = l.kind === 'string' ? right : left;
  // An array of characters may be full: then it has no zero.
  if (textBytes(literal.value).length <= size + 1) return;
  const message = 'the other string is always shorter, so it is never equal to this';
  typer.warn('invalid-use', literal.span, message);
}

export function typeUnary(typer: Typer, expression: Expression & { kind: 'unary' }): Type {
  const { operator, operand } = expression;
  if (operator === '!') {
    typer.conditionType(operand);
    return booleanType;
  }
  if (operator === '*') return dereference(typer, expression);
  if (operator === '&') return typeAddress(typer, expression);
  const type = typer.numberType(operand, `'${operator}'`);
  if (type.kind === 'pointer' || type.kind === 'boolean') {
    const message = `The ${operator} operator can not be used on expressions of type '${typeName(type)}'`;
    typer.report('type-mismatch', expression.span, message);
    return unknown;
  }
  if (operator === '-') {
    const value = constantValue(expression);
    return value === undefined ? int64 : negativeType(value);
  }
  if (type.kind !== 'integer') return type.kind === 'unknown' ? unknown : uint64;
  if (operator === '~' && type.neutral) return constantValue(operand) === undefined ? int64 : uint64;
  return type.neutral ? type : { kind: 'integer', size: 8, signed: type.signed };
}

/** Of a variable; of a map without a key, where its value lies. */
function typeAddress(typer: Typer, { operand, span }: Expression & { kind: 'unary' }): Type {
  const type = storedType(typer.typeOf(operand));
  if (operand.kind === 'variable' || type.kind === 'unknown') return { kind: 'pointer', space: 'kernel', to: type };
  if (operand.kind === 'map' && operand.key === undefined && typer.maps.read(operand).value?.kind !== 'aggregate') {
    return { kind: 'pointer', space: 'kernel', to: type };
  }
  typer.report('unsupported', span, 'the address of an entry of a map cannot be taken');
  return unknown;
}

function negativeType(value: bigint): Type {
  const { neutral: _neutral, ...type } = literalType(value);
  return type;
}

function dereference(typer: Typer, expression: Expression & { kind: 'unary' }): Type {
  const type = typer.typeOf(expression.operand);
  if (type.kind === 'unknown') return unknown;
  if (type.kind === 'integer') return type.signed && !type.neutral ? int64 : uint64;
  if (type.kind === 'pointer' && type.to !== undefined && type.to.kind !== 'void') {
    return type.to.kind === 'record' || type.to.kind === 'array' ? { ...type.to, space: type.space } : type.to;
  }
  const message =
    type.kind === 'pointer'
      ? 'what this points to is not known'
      : `Can not dereference type '${describe(type)}' (not a pointer)`;
  typer.report('type-mismatch', expression.span, message, 'cast it: *(uint64 *)x');
  return unknown;
}

/** Holds nothing but literals so far, of fewer than 8 bytes. */
function isNarrow(type: Type): boolean {
  return type.kind === 'integer' && type.neutral === true && type.size < 8;
}

export function typeUpdate(typer: Typer, expression: Update): Type {
  const { target, operator } = expression;
  if (target.kind === 'map') {
    const held = typer.maps.written(target).value;
    if (held === undefined) typer.maps.store(target, literalType(1n), expression.span);
    else if (isNarrow(held)) typer.maps.store(target, neutralInteger, expression.span);
    if (held?.kind === 'aggregate') {
      typer.maps.store(target, uint64, expression.span);
      return unknown;
    }
  }
  const type = typer.typeOf(target);
  if (target.kind === 'variable' && isNarrow(typer.heldType(target))) {
    typer.storeInVariable(typer.symbolOf(target), neutralInteger, expression.span);
  }
  if (isNumber(type)) return type;
  if (target.kind === 'variable' || type.kind === 'string') {
    const held = target.kind === 'variable' ? 'variable' : 'map';
    const number = operator === '++' ? 'uint64' : 'int64';
    const message = `Type mismatch for ${target.name}: trying to assign value of type '${number}' when ${held} already has a type '${typeName(type)}'`;
    typer.report('type-mismatch', expression.span, message);
    return unknown;
  }
  const message = `The ${operator} operator can not be used on a map of type '${describe(type)}'`;
  typer.report('type-mismatch', expression.span, message);
  return unknown;
}

export function typeTernary(typer: Typer, expression: Ternary): Type {
  const [then = unknown, otherwise = then] = typer
    .taken(expression.condition, expression.then, expression.otherwise)
    .map((branch) => typer.typeOf(branch));
  if (then.kind === 'void' && otherwise.kind === 'void') return then;
  if (then.kind !== 'void' && otherwise.kind !== 'void') {
    const type = unify(storedType(then), storedType(otherwise));
    if (type !== undefined) return type;
  }
  const message = `Branches must return the same type or compatible types: have '${typeName(then)}' and '${typeName(otherwise)}'`;
  typer.report('type-mismatch', expression.span, message);
  return unknown;
}
