import type { Expression, Script } from '../syntax/ast.ts';
import { statementExpressions, visitExpression, visitStatement } from '../syntax/visitor.ts';
import type { MapSymbol } from './model.ts';

/** Every map a script names, in the order they are first written down; and whether anything is ever stored in it. */
export function collectMaps(script: Script): Map<string, MapSymbol> {
  const maps = new Map<string, MapSymbol>();
  const visit = (expression: Expression) => {
    if (expression.kind === 'map' && !maps.has(expression.name)) {
      maps.set(expression.name, { name: expression.name, id: maps.size, first: expression.span, written: false });
    }
    if (expression.kind === 'update' && expression.target.kind === 'map') written.add(expression.target.name);
  };
  const written = new Set<string>();
  for (const clause of script.clauses) {
    if (clause.predicate !== undefined) visitExpression(clause.predicate, visit);
    visitStatement(clause.body, (statement) => {
      for (const expression of statementExpressions(statement)) visitExpression(expression, visit);
      if (statement.kind === 'assignment' && statement.target.kind === 'map') written.add(statement.target.name);
    });
  }
  for (const map of maps.values()) map.written = written.has(map.name);
  return maps;
}
