import type { CompileEnv } from '../env.ts';
import type { Clause, Expression, Statement, Variable } from '../syntax/ast.ts';
import { blockStatements, childExpressions, childStatements, statementExpressions } from '../syntax/visitor.ts';
import { endingVariables } from './ending-variables.ts';
import { type Loop, loopKind } from './loop-kind.ts';
import type { Bindings, VariableSymbol } from './model.ts';

/** Variables that the body of a loop run by callback has in common with what is around it. */
export interface SharedVariables {
  /**
   * Written on both sides: they live in memory that both reach; as do those whose address is taken anywhere, and
   * nearly all where the verifier is to forget them (`CompileEnv.forgetful`).
   */
  readonly written: ReadonlySet<VariableSymbol>;
  /**
   * Only read in the body, by the outermost loop that does: a copy is enough. What is around it keeps its own, whose
   * value the verifier goes on knowing: a `while` that counts with it is seen to end.
   */
  readonly read: ReadonlyMap<Loop, ReadonlySet<VariableSymbol>>;
}

interface Use {
  readonly symbol: VariableSymbol;
  /** The callback that the variable was first seen in; undefined is the program itself. */
  readonly home: Loop | undefined;
  readonly loops: Set<Loop>;
  written: boolean;
}

export function sharedVariables(
  { predicate, body }: Clause,
  bindings: Bindings,
  env: Pick<CompileEnv, 'features' | 'forgetful'>,
): SharedVariables {
  const uses = new Map<VariableSymbol, Use>();
  const use = (variable: Variable, loops: readonly Loop[], writes: boolean) => {
    const symbol = bindings.get(variable);
    if (symbol === undefined) return;
    const known = uses.get(symbol) ?? { symbol, home: loops.at(-1), loops: new Set(), written: false };
    uses.set(symbol, known);
    if (known.home === loops.at(-1)) return;
    known.loops.add(loops[known.home === undefined ? 0 : loops.indexOf(known.home) + 1] as Loop);
    known.written ||= writes;
  };
  const addressed = new Set<VariableSymbol>();
  const inMemory = (variable: Variable) => {
    const symbol = bindings.get(variable);
    if (symbol !== undefined) addressed.add(symbol);
  };
  const expression = (one: Expression, loops: readonly Loop[], written?: Expression): void => {
    if (one.kind === 'variable') use(one, loops, one === written);
    if (one.kind === 'unary' && one.operator === '&' && one.operand.kind === 'variable') inMemory(one.operand);
    for (const child of childExpressions(one)) {
      const changed = one.kind === 'update' || (one.kind === 'unary' && one.operator === '&') ? child : undefined;
      expression(child, loops, changed);
    }
    for (const inner of blockStatements(one)) statement(inner, loops);
  };
  const statement = (one: Statement, loops: readonly Loop[]): void => {
    const inner =
      (one.kind === 'for' || one.kind === 'while') && loopKind(one, env) === 'callback' ? [...loops, one] : loops;
    const written = writtenBy(one);
    for (const child of statementExpressions(one)) {
      // The variable of a loop belongs to its body, as does the condition; what it runs over to what is around it.
      const within = one.kind === 'while' || (one.kind === 'for' && child === one.variable);
      expression(child, within ? inner : loops, written);
    }
    for (const child of childStatements(one)) statement(child, inner);
  };
  if (predicate !== undefined) expression(predicate, []);
  statement(body, []);
  if (env.forgetful === true) {
    const followed = env.features.has('loop') ? new Set<VariableSymbol>() : endingVariables(body, bindings);
    for (const symbol of uses.keys()) if (!followed.has(symbol)) addressed.add(symbol);
  }
  return sorted(uses.values(), addressed);
}

function writtenBy(statement: Statement): Expression | undefined {
  if (statement.kind === 'assignment') return statement.target;
  if (statement.kind === 'return') return statement.from?.result;
  return statement.kind === 'let' || statement.kind === 'for' ? statement.variable : undefined;
}

function sorted(uses: Iterable<Use>, addressed: ReadonlySet<VariableSymbol>): SharedVariables {
  const written = new Set(addressed);
  const read = new Map<Loop, Set<VariableSymbol>>();
  for (const { symbol, loops, written: changed } of uses) {
    if (changed || addressed.has(symbol)) written.add(symbol);
    else for (const loop of loops) read.set(loop, (read.get(loop) ?? new Set()).add(symbol));
  }
  return { written, read };
}
