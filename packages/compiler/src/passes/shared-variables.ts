import type { CompileEnv } from '../env.ts';
import type { Clause, Expression, For, Statement, Variable } from '../syntax/ast.ts';
import { blockStatements, childExpressions, childStatements, statementExpressions } from '../syntax/visitor.ts';
import { loopKind } from './loop-kind.ts';
import type { Bindings, VariableSymbol } from './model.ts';

/**
 * Variables that must lie in memory: those that the body of a loop run by callback uses and that are also used outside
 * of it, and those whose address is taken.
 */
export function sharedVariables(
  { predicate, body }: Clause,
  bindings: Bindings,
  env: Pick<CompileEnv, 'features'>,
): ReadonlySet<VariableSymbol> {
  const shared = new Set<VariableSymbol>();
  /** For each symbol, the innermost callback in which it was first seen; undefined is the program itself. */
  const homes = new Map<VariableSymbol, For | undefined>();
  const use = (variable: Variable, loop: For | undefined) => {
    const symbol = bindings.get(variable);
    if (symbol === undefined) return;
    if (!homes.has(symbol)) homes.set(symbol, loop);
    else if (homes.get(symbol) !== loop) shared.add(symbol);
  };
  const inMemory = (variable: Variable) => {
    const symbol = bindings.get(variable);
    if (symbol !== undefined) shared.add(symbol);
  };
  const expression = (one: Expression, loop: For | undefined): void => {
    if (one.kind === 'variable') use(one, loop);
    if (one.kind === 'unary' && one.operator === '&' && one.operand.kind === 'variable') inMemory(one.operand);
    for (const child of childExpressions(one)) expression(child, loop);
    for (const inner of blockStatements(one)) statement(inner, loop);
  };
  const statement = (one: Statement, loop: For | undefined): void => {
    const inner = one.kind === 'for' && loopKind(one, env) === 'callback' ? one : loop;
    for (const child of statementExpressions(one)) {
      // The variable of a loop belongs to its body, what it runs over to what is around it.
      expression(child, one.kind === 'for' && child === one.variable ? inner : loop);
    }
    for (const child of childStatements(one)) statement(child, inner);
  };
  if (predicate !== undefined) expression(predicate, undefined);
  statement(body, undefined);
  return shared;
}
