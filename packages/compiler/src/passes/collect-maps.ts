import type { Expression, Script } from '../syntax/ast.ts';
import { statementExpressions, visitExpression, visitStatement } from '../syntax/visitor.ts';
import type { MapSymbol } from './model.ts';

/** Every map a script names, in the order they are first written down; and whether anything is ever stored in it. */
export function collectMaps(script: Script): Map<string, MapSymbol> {
  const maps = new Map<string, MapSymbol>();
  const visit = (expression: Expression) => {
    if (expression.kind === 'map' && !maps.has(expression.name)) {
      const { name, span } = expression;
      const declaration = declarations.get(name);
      const declared = declaration === undefined ? {} : { declaration };
      maps.set(name, { name, id: maps.size, first: span, written: false, ...declared });
    }
    if (expression.kind === 'update' && expression.target.kind === 'map') written.add(expression.target.name);
  };
  const written = new Set<string>();
  const declarations = new Map(script.mapDeclarations.map((declaration) => [declaration.name, declaration]));
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
