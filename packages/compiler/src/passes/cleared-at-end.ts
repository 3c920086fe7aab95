import type { Clause, Script, Statement } from '../syntax/ast.ts';

/** Maps that END clears in any case: scratch of the programs, and no results. Names as in the script, with their `@`. */
export function clearedAtEnd({ clauses }: Script): ReadonlySet<string> {
  const ends = clauses.filter((clause) => clause.predicate === undefined && isEnd(clause));
  return new Set(ends.flatMap(({ body }) => body.statements.flatMap(clearedBy)));
}

function isEnd({ attachPoints }: Clause): boolean {
  return attachPoints.some(({ parts: [provider = ''] }) => provider === 'END' || provider === 'end');
}

function clearedBy(statement: Statement): string[] {
  if (statement.kind !== 'expression-statement' || statement.expression.kind !== 'call') return [];
  const { name, arguments: words } = statement.expression;
  const [map] = words;
  return name === 'clear' && map?.kind === 'map' && map.key === undefined ? [map.name] : [];
}
