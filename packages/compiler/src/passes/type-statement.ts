import { findFunction } from '../builtins/index.ts';
import type { Span } from '../source/span.ts';
import type { Assignment, Clause, Expression, ExpressionStatement, For, Let, Statement } from '../syntax/ast.ts';
import { describe, typeName } from '../types/describe-type.ts';
import { namedType } from '../types/named-type.ts';
import { int64, isNumber, isStorable, literalType, storedType, type Type, unify, unknown } from '../types/type.ts';
import { constantValue } from './fold-constants.ts';
import { loopKind } from './loop-kind.ts';
import type { Typer } from './typer.ts';

const MAX_UNROLL = 100n;

/** Types the predicate and the body of a clause. */
export function typeClause(typer: Typer, clause: Clause): void {
  if (clause.predicate !== undefined) typer.conditionType(clause.predicate);
  typeStatement(typer, clause.body);
}

export function typeStatements(typer: Typer, statements: readonly Statement[]): void {
  for (const [index, statement] of statements.entries()) {
    typeStatement(typer, statement);
    if (statement.kind === 'expression-statement') warnDiscarded(typer, statement, index === statements.length - 1);
  }
}

function typeStatement(typer: Typer, statement: Statement): void {
  switch (statement.kind) {
    case 'expression-statement':
      typeEffect(typer, statement.expression);
      break;
    case 'assignment':
      typeAssignment(typer, statement);
      break;
    case 'let':
      typeLet(typer, statement);
      break;
    case 'if':
      typer.conditionType(statement.condition);
      typeStatement(typer, statement.then);
      if (statement.otherwise !== undefined) typeStatement(typer, statement.otherwise);
      break;
    case 'while':
      typer.conditionType(statement.condition);
      typeStatement(typer, statement.body);
      break;
    case 'unroll':
      checkUnroll(typer, statement.count, statement.span);
      typeStatement(typer, statement.body);
      break;
    case 'for':
      typeFor(typer, statement);
      break;
    case 'block':
      typeStatements(typer, statement.statements);
      break;
    case 'return':
      if (statement.value !== undefined) typer.typeOf(statement.value);
      break;
    case 'break':
    case 'continue':
      break;
  }
}

/** Kinds of expressions that do something, whatever their value is. */
const effects: readonly Expression['kind'][] = ['update', 'block-expression', 'ternary'];

/** `last`: bpftrace takes it for the value of its block, to which the semicolon does not belong. */
function warnDiscarded(typer: Typer, { expression, span, discarded }: ExpressionStatement, last: boolean): void {
  const type = typer.types.get(expression) ?? unknown;
  if (['void', 'unknown', 'aggregate', 'args'].includes(type.kind) || effects.includes(expression.kind)) return;
  if (discarded !== true) typer.warn('invalid-use', last ? expression.span : span, 'Return value discarded.');
}

function typeEffect(typer: Typer, expression: Expression): void {
  const type = typer.typeOf(expression);
  if (type.kind !== 'aggregate' || expression.kind !== 'call') return;
  const message = `${expression.name}() must be assigned directly to a map`;
  typer.report('invalid-use', expression.span, message, `write @ = ${expression.name}(...)`);
}

function typeLet(typer: Typer, { variable, type, value, span }: Let): void {
  const symbol = typer.symbolOf(variable);
  if (type !== undefined) {
    const { env, config } = typer;
    const typeOf = (of: Expression) => typer.typeOf(of);
    const declared = namedType(type, { types: env.types, maxString: config.maxStringLength, space: 'any', typeOf });
    if (declared !== undefined && 'reason' in declared) typer.report('unknown-name', type.span, declared.reason);
    else if (declared !== undefined) {
      const kept = declared.kind === 'integer' ? { ...declared, fixed: true as const } : storedType(declared);
      typer.storeInVariable(symbol, kept, span);
      if (value !== undefined) checkFits(typer, declared, { name: variable.name, value, span });
    }
  }
  if (value !== undefined) typer.storeInVariable(symbol, valueType(typer, value, { target: variable, span }), span);
}

/** What a variable is declared with must fit the integer it is declared to be. */
function checkFits(
  typer: Typer,
  declared: Type,
  { name, value, span }: { readonly name: string; readonly value: Expression; readonly span: Span },
): void {
  typer.typeOf(value);
  const constant = constantValue(value);
  const given = constant === undefined ? typer.heldType(value) : literalType(constant);
  if (declared.kind !== 'integer' || given.kind !== 'integer') return;
  if (constant === undefined && given.size <= declared.size) return;
  const wrap = declared.signed ? BigInt.asIntN : BigInt.asUintN;
  if (constant !== undefined && wrap(declared.size * 8, constant) === constant) return;
  const message = `Type mismatch for ${name}: trying to assign value of type '${typeName(given)}' when variable already has a type '${typeName(declared)}'`;
  typer.report('type-mismatch', span, message);
}

function checkUnroll(typer: Typer, count: Expression, span: Span): void {
  typer.numberType(count, 'unroll');
  const value = constantValue(count);
  if (value === undefined) {
    typer.report('invalid-argument', span, 'invalid unroll value', 'it must be known when the script is compiled');
  } else if (value < 1n || value > MAX_UNROLL) {
    const bound = value < 1n ? 'minimum value is 1' : `maximum value is ${MAX_UNROLL}`;
    typer.report('invalid-argument', span, `unroll ${bound}`);
  }
}

function typeFor(typer: Typer, statement: For): void {
  const { variable, over, body } = statement;
  const { features, tracepoints } = typer.env;
  if (over.kind === 'map') {
    if (!features.has('for_each_map_elem')) {
      typer.report('unsupported', statement.span, 'loops over maps need kernel 5.13 or newer');
    }
    const type = typer.maps.entryType(over);
    typer.types.set(over, type);
    typer.storeInVariable(typer.symbolOf(variable), type, over.span);
  } else {
    typer.numberType(over.from, 'a range');
    typer.numberType(over.to, 'a range');
    typer.storeInVariable(typer.symbolOf(variable), int64, over.span);
    if (tracepoints !== null && loopKind(statement, typer.env) === 'inline' && constantValue(over.to) === undefined) {
      const message = 'a range without constant ends needs kernel 5.17 or newer';
      if (!features.has('loop')) typer.report('unsupported', over.span, message);
    }
  }
  typeStatement(typer, body);
}

function typeAssignment(typer: Typer, statement: Assignment): void {
  const { target, operator, value, span } = statement;
  if (operator !== undefined) {
    typeCompound(typer, statement);
    return;
  }
  if (target.kind === 'variable') {
    typer.storeInVariable(typer.symbolOf(target), valueType(typer, value, statement), span);
    return;
  }
  const definition = value.kind === 'call' ? findFunction(value.name) : undefined;
  if (definition?.kind !== 'aggregate') {
    typer.maps.store(target, valueType(typer, value, statement), span);
    return;
  }
  const type = typer.typeOf(value);
  if (type.kind === 'unknown') typer.maps.written(target);
  else typer.maps.store(target, type, value.span);
}

function typeCompound(typer: Typer, { target, operator, value, span }: Assignment): void {
  const amount = typer.numberType(value, `${operator}=`);
  const step = amount.kind === 'integer' ? { ...amount, size: 8 as const } : literalType(1n);
  if (target.kind === 'map' && typer.maps.written(target).value?.kind !== 'pointer') {
    typer.maps.store(target, step, span);
  }
  const held = typer.typeOf(target);
  if (held.kind === 'string') {
    const where = target.kind === 'map' ? 'map' : 'variable';
    const message = `Type mismatch for ${target.name}: trying to assign value of type 'uint64' when ${where} already has a type '${typeName(held)}'`;
    typer.report('type-mismatch', span, message);
  } else if (!isNumber(held)) {
    typer.report('type-mismatch', target.span, `${operator}= takes a number, not ${describe(held)}`);
  } else if (target.kind === 'variable' && held.kind !== 'pointer' && unify(held, step) !== undefined) {
    typer.storeInVariable(typer.symbolOf(target), step, span);
  }
}

/** The type of something stored in a variable or a map. */
function valueType(typer: Typer, value: Expression, { target, span }: Pick<Assignment, 'target' | 'span'>): Type {
  const type = storedType(typer.typeOf(value));
  if (isStorable(type)) return type;
  if (type.kind === 'aggregate' && value.kind === 'call') {
    const message = `${value.name}() must be assigned directly to a map`;
    typer.report('invalid-use', value.span, message, `write @ = ${value.name}(...)`);
  } else {
    const where = target.kind === 'variable' ? 'scratch variable' : 'map';
    typer.report('type-mismatch', span, `Value '${typeName(type)}' cannot be assigned to a ${where}.`);
  }
  return unknown;
}
