import type { Clause, Expression, Script } from '../syntax/ast.ts';
import { Transform } from '../syntax/transform.ts';
import { programArguments, programArgumentType } from '../types/program-argument.ts';
import type { Probe } from './model.ts';

/**
 * Writes `args` without a name after it out as the record of all that a uprobe's function takes: `(x=args.x, y=args.y)`.
 * Functions take different things, so every probe of such a clause gets one of its own.
 */
export function writeOutArguments(
  script: Script,
  probes: readonly Probe[],
): { script: Script; probes: readonly Probe[] } {
  const written = new Map<Clause, Clause[]>();
  // Debugging information is read for those alone.
  const asking = new Set(script.clauses.filter((clause) => new ArgumentWriter([]).changes(clause)));
  const changed = probes.map((probe) => {
    const names = asking.has(probe.clause) ? readable(probe) : [];
    if (names.length === 0) return probe;
    const clause = new ArgumentWriter(names).clause(probe.clause);
    written.set(probe.clause, [...(written.get(probe.clause) ?? []), clause]);
    return { ...probe, clause };
  });
  if (written.size === 0) return { script, probes };
  const left = new Set(changed.map(({ clause }) => clause));
  const clauses = script.clauses.flatMap((clause) => {
    const own = written.get(clause) ?? [];
    return own.length === 0 || left.has(clause) ? [clause, ...own] : own;
  });
  return { script: { ...script, clauses }, probes: changed };
}

/** Of the parameters that can be read; none where nothing tells of the function. */
function readable({ target: { attach, context }, env }: Probe): readonly string[] {
  if (attach.kind !== 'uprobe' || context.kind !== 'registers' || context.at !== 'entry') return [];
  return (programArguments(env) ?? [])
    .filter((one) => one.parameter.name !== '' && programArgumentType(env, one, 0) !== undefined)
    .map(({ parameter: { name } }) => name);
}

class ArgumentWriter extends Transform {
  #wrote = false;
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    super();
    this.#names = names;
  }

  /** Whether there is anything to write out. */
  changes(clause: Clause): boolean {
    this.clause(clause);
    return this.#wrote;
  }

  override expression(expression: Expression): Expression {
    if (expression.kind === 'member' && isArguments(expression.object)) return { ...expression };
    if (!isArguments(expression)) return super.expression(expression);
    this.#wrote = true;
    const { span } = expression;
    const fields = this.#names.map((name) => {
      const value: Expression = {
        kind: 'member',
        object: { kind: 'identifier', name: 'args', span },
        name,
        nameSpan: span,
        span,
      };
      return { name, value, span };
    });
    return { kind: 'record', fields, span };
  }
}

function isArguments(expression: Expression): boolean {
  return expression.kind === 'identifier' && expression.name === 'args';
}
