import type { CompileConfig, CompileEnv } from '../env.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { Type } from '../types/type.ts';
import type { Bindings, Doubts, MapSymbol, Probe, TypedProbe, VariableSymbol } from './model.ts';
import { ExpressionTyper } from './type-expression.ts';
import { typeClause, typeStatements } from './type-statement.ts';

export interface TypingInput {
  readonly env: CompileEnv;
  readonly config: CompileConfig;
  readonly maps: ReadonlyMap<string, MapSymbol>;
  readonly bindings: Bindings;
  readonly doubts: Doubts;
}

/** A type only ever grows (longer strings, signed), so this many rounds are more than a script can need. */
const MAX_ROUNDS = 32;

/** Types of one probe that the next round starts from. */
type Variables = Map<VariableSymbol, Type>;

/**
 * Finds the types of maps and variables over all clauses, round after round until nothing is new: a map may be read
 * in a clause before the one that says what it holds.
 */
export function inferTypes(probes: readonly Probe[], input: TypingInput): Map<Probe, Variables> {
  const variables = new Map(probes.map((probe): [Probe, Variables] => [probe, new Map()]));
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let changed = false;
    for (const [probe, known] of variables) {
      const typer = typerOf(probe, input, known, null);
      typeClause(typer, probe.clause);
      changed ||= typer.changed;
    }
    if (!changed) break;
  }
  return variables;
}

/** Goes through every probe once more, with the types known, and reports what does not fit. */
export function checkTypes(
  inferred: ReadonlyMap<Probe, Variables>,
  input: TypingInput,
  diagnostics: Diagnostics,
): TypedProbe[] {
  return [...inferred].map(([probe, variables]) => {
    const typer = typerOf(probe, input, variables, diagnostics);
    typeClause(typer, probe.clause);
    return { ...probe, typing: { expressions: typer.types, variables } };
  });
}

function typerOf(
  { target, env }: Probe,
  input: TypingInput,
  variables: Variables,
  diagnostics: Diagnostics | null,
): ExpressionTyper {
  return new ExpressionTyper({
    ...input,
    env,
    target,
    variables,
    diagnostics,
    typeStatements: (typer, block) => typeStatements(typer, block.statements),
  });
}
