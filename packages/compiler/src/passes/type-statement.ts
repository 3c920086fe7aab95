import { findFunction } from '../builtins/index.ts';
import type { Assignment, Clause, Expression, Statement } from '../syntax/ast.ts';
import { describe, isNumber, isStorable, neutralInteger, type Type, unknown } from '../types/type.ts';
import type { Bindings } from './model.ts';
import type { ExpressionTyper } from './type-expression.ts';

/** Types the predicate and the body of a clause. */
export function typeClause(typer: ExpressionTyper, clause: Clause, bindings: Bindings): void {
  if (clause.predicate !== undefined) typer.conditionType(clause.predicate);
  typeStatement(typer, clause.body, bindings);
}

function typeStatement(typer: ExpressionTyper, statement: Statement, bindings: Bindings): void {
  switch (statement.kind) {
    case 'expression-statement':
      typeEffect(typer, statement.expression);
      break;
    case 'assignment':
      typeAssignment(typer, statement, bindings);
      break;
    case 'let': {
      const symbol = bindings.get(statement.variable);
      if (statement.value !== undefined) {
        typer.storeInVariable(symbol, valueType(typer, statement.value), statement.value.span);
      }
      break;
    }
    case 'if':
      typer.conditionType(statement.condition);
      typeStatement(typer, statement.then, bindings);
      if (statement.otherwise !== undefined) typeStatement(typer, statement.otherwise, bindings);
      break;
    case 'block':
      for (const inner of statement.statements) typeStatement(typer, inner, bindings);
      break;
    case 'return':
      break;
  }
}

function typeEffect(typer: ExpressionTyper, expression: Expression): void {
  const type = typer.typeOf(expression);
  if (type.kind !== 'aggregate' || expression.kind !== 'call') return;
  const message = `${expression.name}() must be assigned to a map`;
  typer.report('invalid-use', expression.span, message, `write @ = ${expression.name}(...)`);
}

function typeAssignment(typer: ExpressionTyper, statement: Assignment, bindings: Bindings): void {
  const { target, operator, value } = statement;
  if (operator !== undefined) {
    const amount = typer.numberType(value, `${operator}=`);
    if (target.kind === 'map') typer.storeInMap(target, compoundType(amount), statement.span);
    const held = typer.typeOf(target);
    if (!isNumber(held)) {
      typer.report('type-mismatch', target.span, `${operator}= takes a number, not ${describe(held)}`);
    } else if (target.kind === 'variable') {
      typer.storeInVariable(bindings.get(target), compoundType(amount), statement.span);
    }
    return;
  }
  if (target.kind === 'variable') {
    typer.storeInVariable(bindings.get(target), valueType(typer, value), value.span);
    return;
  }
  const definition = value.kind === 'call' ? findFunction(value.name) : undefined;
  if (definition?.kind !== 'aggregate') {
    typer.storeInMap(target, valueType(typer, value), value.span);
    return;
  }
  const type = typer.typeOf(value);
  if (type.kind === 'unknown') typer.writtenMap(target);
  else typer.storeInMap(target, type, value.span);
}

function compoundType(amount: Type): Type {
  return amount.kind === 'integer' ? { ...amount, size: 8 } : neutralInteger;
}

/** The type of something stored in a variable or a map. */
function valueType(typer: ExpressionTyper, value: Expression): Type {
  const type = typer.typeOf(value);
  if (type.kind === 'integer') return { ...type, size: 8 };
  if (isStorable(type)) return type;
  if (type.kind === 'aggregate' && value.kind === 'call') {
    const message = `${value.name}() can only be assigned to a map`;
    typer.report('invalid-use', value.span, message, `write @ = ${value.name}(...)`);
  } else {
    typer.report('type-mismatch', value.span, `${describe(type)} cannot be stored`);
  }
  return unknown;
}
