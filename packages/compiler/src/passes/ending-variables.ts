import type { Block, Expression, Statement, Variable } from '../syntax/ast.ts';
import { visitExpression, visitStatement } from '../syntax/visitor.ts';
import type { Bindings, VariableSymbol } from './model.ts';

/**
 * The variables that decide whether a `while` goes on: those of its condition, those that its `break` and `return` hang
 * on, and all whose values come into these. Unless the verifier follows them it sees no end of a loop in the program itself.
 */
export function endingVariables(body: Block, bindings: Bindings): ReadonlySet<VariableSymbol> {
  const ending = new Set<VariableSymbol>();
  const sources = new Map<VariableSymbol, VariableSymbol[]>();
  const variablesOf = (expression: Expression) => {
    const found: VariableSymbol[] = [];
    visitExpression(expression, (one) => {
      const symbol = one.kind === 'variable' ? bindings.get(one) : undefined;
      if (symbol !== undefined) found.push(symbol);
    });
    return found;
  };
  visitStatement(body, (statement) => {
    for (const condition of endingConditions(statement)) for (const each of variablesOf(condition)) ending.add(each);
    const { target, value } = assigned(statement);
    const symbol = target === undefined ? undefined : bindings.get(target);
    if (symbol === undefined || value === undefined) return;
    sources.set(symbol, [...(sources.get(symbol) ?? []), ...variablesOf(value)]);
  });
  // A set also gives out what is added to it meanwhile.
  for (const symbol of ending) for (const source of sources.get(symbol) ?? []) ending.add(source);
  return ending;
}

function endingConditions(statement: Statement): Expression[] {
  if (statement.kind !== 'while') return [];
  const conditions = [statement.condition];
  visitStatement(statement.body, (inner) => {
    if (inner.kind === 'if' && leaves(inner)) conditions.push(inner.condition);
  });
  return conditions;
}

function leaves(statement: Statement): boolean {
  let found = false;
  visitStatement(statement, ({ kind }) => {
    found ||= kind === 'break' || kind === 'return';
  });
  return found;
}

function assigned(statement: Statement): { readonly target?: Variable; readonly value?: Expression } {
  if (statement.kind === 'let' && statement.value !== undefined) {
    return { target: statement.variable, value: statement.value };
  }
  if (statement.kind !== 'assignment' || statement.target.kind !== 'variable') return {};
  return { target: statement.target, value: statement.value };
}
