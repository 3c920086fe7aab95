import type { Cast, Expression } from '../syntax/ast.ts';
import { typeName } from '../types/describe-type.ts';
import { namedType } from '../types/named-type.ts';
import { cBytes, isNumber, literalType, type Type, unknown } from '../types/type.ts';
import { constantValue } from './fold-constants.ts';
import type { Typer } from './typer.ts';

/** `(type)x`: between numbers, pointers, and numbers and the arrays of their bytes. */
export function typeCast(typer: Typer, expression: Cast): Type {
  const operand = typer.typeOf(expression.operand);
  // What a number that is made a pointer points to, its address says.
  const space = operand.kind === 'pointer' ? operand.space : 'any';
  const { env, config } = typer;
  const typeOf = (of: Expression) => typer.typeOf(of);
  const to = namedType(expression.type, { types: env.types, maxString: config.maxStringLength, space, typeOf });
  if (to === undefined) return unknown;
  if ('reason' in to) {
    if (typer.env.tracepoints !== null) typer.report('unknown-name', expression.type.span, to.reason);
    return unknown;
  }
  if (operand.kind === 'unknown') return to;
  warnUnnecessary(typer, expression, to);
  if (to.kind === 'record') {
    const message = `Cannot cast to ${typeName(to)}`;
    typer.report('type-mismatch', expression.span, message, `cast to a pointer and read that: *(${typeName(to)} *)x`);
    return unknown;
  }
  if (fits(operand, to)) return sizedLike(operand, to);
  typer.report('type-mismatch', expression.span, `Cannot cast from "${typeName(operand)}" to "${typeName(to)}"`);
  return unknown;
}

function warnUnnecessary(typer: Typer, { operand, span }: Cast, to: Type): void {
  if (to.kind !== 'integer') return;
  const value = constantValue(operand);
  const from = value === undefined ? typer.heldType(operand) : literalType(value);
  if (from.kind !== 'integer' || from.size !== to.size || from.signed !== to.signed) return;
  typer.warn('invalid-use', span, `Unnecessary cast: expression is already of type ${typeName(to)}`);
}

function fits(from: Type, to: Type): boolean {
  if (isNumber(to) && isNumber(from)) return true;
  if (to.kind === 'boolean') return from.kind === 'string';
  if (to.kind === 'integer') {
    if (from.kind === 'rendered' || from.kind === 'stack') return true;
    return from.kind === 'array' && isNumber(from.element) && cBytes(from) <= 8;
  }
  if (to.kind === 'pointer') return from.kind === 'array' || from.kind === 'record';
  if (to.kind === 'array') {
    if (from.kind === 'array') return cBytes(from) === cBytes(to);
    return isNumber(from) && isNumber(to.element) && (to.length === 0 || cBytes(to) <= 8);
  }
  return to.kind === 'string' && from.kind === 'string';
}

/** `(uint8[])x` has as many elements as the number has bytes. */
function sizedLike(from: Type, to: Type): Type {
  if (to.kind === 'array' && to.length === 0) {
    return { ...to, length: Math.floor(cBytes(from) / Math.max(1, cBytes(to.element))) };
  }
  return to.kind === 'string' && from.kind === 'string' ? from : to;
}
