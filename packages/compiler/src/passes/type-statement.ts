import { findFunction } from '../builtins/index.ts';
import type { Span } from '../source/span.ts';
import type {
  Assignment,
  Block,
  Clause,
  Expression,
  ExpressionStatement,
  For,
  If,
  Let,
  Range,
  Return,
  Statement,
  TypeName,
} from '../syntax/ast.ts';
import { printType } from '../syntax/print-preamble.ts';
import { describe, typeName } from '../types/describe-type.ts';
import { namedType } from '../types/named-type.ts';
import {
  int64,
  isNumber,
  isStorable,
  literalType,
  sameType,
  storedType,
  type Type,
  unify,
  unknown,
} from '../types/type.ts';
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
      for (const branch of typer.taken<Block | If>(statement.condition, statement.then, statement.otherwise)) {
        typeStatement(typer, branch);
      }
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
      typeReturn(typer, statement);
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
    const declared = declaredType(typer, type);
    if (declared !== undefined) {
      const kept = declared.kind === 'integer' ? { ...declared, fixed: true as const } : storedType(declared);
      typer.storeInVariable(symbol, kept, span);
      if (value !== undefined) checkFits(typer, declared, { name: variable.name, value, span });
    }
  }
  if (value !== undefined) typer.storeInVariable(symbol, valueType(typer, value, { target: variable, span }), span);
}

/** undefined after an error, and where only a node knows. */
function declaredType(typer: Typer, name: TypeName): Type | undefined {
  const { env, config } = typer;
  const typeOf = (of: Expression) => typer.typeOf(of);
  const declared = namedType(name, { types: env.types, maxString: config.maxStringLength, space: 'any', typeOf });
  if (declared === undefined || !('reason' in declared)) return declared;
  typer.report('unknown-name', name.span, declared.reason);
  return undefined;
}

/** What a function returns must be of the type that it says. */
function typeReturn(typer: Typer, { value, from, span }: Return): void {
  const given = value && typer.typeOf(value);
  if (from === undefined) return;
  const declared = from.result && declaredType(typer, from.returns);
  if (from.result !== undefined && declared === undefined) return;
  if (declared === undefined ? given === undefined : value !== undefined && takes(typer, storedType(declared), value))
    return;
  const name = given === undefined ? 'void' : typeName(value === undefined ? given : givenType(typer, value));
  const message = `Function ${from.name} is of type ${printType(from.returns)}, cannot return ${name}`;
  typer.report('type-mismatch', span, message);
}

/** Whether a value fits a declared type, which stays what it is. */
function takes(typer: Typer, declared: Type, value: Expression): boolean {
  const given = storedType(typer.typeOf(value));
  if (!isStorable(given)) return false;
  if (declared.kind === 'integer' && given.kind === 'integer') return fits(typer, declared, value);
  const merged = unify(declared, given);
  return merged !== undefined && sameType(merged, declared);
}

/** Whether a number fits an integer type; of the signs only a constant's counts. */
function fits(typer: Typer, declared: Type & { kind: 'integer' }, value: Expression): boolean {
  const constant = constantValue(value);
  const given = givenType(typer, value);
  if (constant === undefined) return given.kind !== 'integer' || given.size <= declared.size;
  const wrap = declared.signed ? BigInt.asIntN : BigInt.asUintN;
  return wrap(declared.size * 8, constant) === constant;
}

/** Of a constant the smallest type that it fits. */
function givenType(typer: Typer, value: Expression): Type {
  const constant = constantValue(value);
  return constant === undefined ? typer.heldType(value) : literalType(constant);
}

/**
 * What a variable is given must fit the integer that it is declared to be: a constant does or does not, of all else only
 * the type is known.
 */
function checkFits(
  typer: Typer,
  declared: Type,
  { name, value, span }: { readonly name: string; readonly value: Expression; readonly span: Span },
): void {
  typer.typeOf(value);
  const given = givenType(typer, value);
  if (declared.kind !== 'integer' || given.kind !== 'integer') return;
  const [from, to] = [typeName(given), typeName(declared)];
  if (constantValue(value) === undefined) {
    if (holdsAll(declared, given)) return;
    const message = `Expression of type: ${from} being cast to type: ${to}. This may cause unexpected results.`;
    typer.warn('type-mismatch', value.span, `${message} Use an explicit cast to suppress this warning.`);
  } else if (!fits(typer, declared, value)) {
    const message = `Type mismatch for ${name}: trying to assign value of type '${from}' when variable already has a type '${to}'`;
    typer.report('type-mismatch', span, message);
  }
}

/** Whether an integer type holds every value of another, which has no sign of its own where it is of literals. */
function holdsAll(type: Type & { kind: 'integer' }, other: Type & { kind: 'integer' }): boolean {
  if (type.signed === other.signed || other.neutral) return other.size <= type.size;
  return type.signed && other.size < type.size;
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
    typer.storeInVariable(typer.symbolOf(variable), counterType(over), over.span);
    if (tracepoints !== null && loopKind(statement, typer.env) === 'inline' && constantValue(over.to) === undefined) {
      const message = 'a range without constant ends needs kernel 5.17 or newer';
      if (!features.has('loop')) typer.report('unsupported', over.span, message);
    }
  }
  typeStatement(typer, body);
}

/** Of a range between constants the smallest that both ends fit. */
function counterType({ from, to }: Range): Type {
  const [first, end] = [constantValue(from), constantValue(to)];
  if (first === undefined || end === undefined) return int64;
  return unify(literalType(first), literalType(end)) ?? int64;
}

function typeAssignment(typer: Typer, statement: Assignment): void {
  const { target, operator, value, span } = statement;
  if (operator !== undefined) {
    typeCompound(typer, statement);
    return;
  }
  if (target.kind === 'variable') {
    typer.storeInVariable(typer.symbolOf(target), valueType(typer, value, statement), span);
    const held = typer.heldType(target);
    if (held.kind === 'integer' && held.fixed) checkFits(typer, held, { name: target.name, value, span });
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
