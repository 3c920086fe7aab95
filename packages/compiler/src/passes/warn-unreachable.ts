import type { Diagnostics } from '../source/diagnostic.ts';
import type { Script, Statement } from '../syntax/ast.ts';
import { statementExpressions, visitExpression, visitStatement } from '../syntax/visitor.ts';

/** Warns of what stands after a statement that nothing comes after: the first of it in each block. */
export function warnUnreachable({ clauses }: Script, diagnostics: Diagnostics): void {
  for (const { body } of clauses) {
    visitStatement(body, (statement) => {
      if (statement.kind === 'block') warnIn(statement.statements, diagnostics);
      for (const expression of statementExpressions(statement)) {
        visitExpression(expression, (each) => {
          if (each.kind === 'block-expression') warnIn(each.statements, diagnostics);
        });
      }
    });
  }
}

function warnIn(statements: readonly Statement[], diagnostics: Diagnostics): void {
  const last = statements.findIndex(ends);
  const unreachable = last < 0 ? undefined : statements[last + 1];
  if (unreachable !== undefined) diagnostics.warning('invalid-use', unreachable.span, 'Unreachable statement.');
}

function ends(statement: Statement): boolean {
  if (statement.kind !== 'expression-statement') return ['return', 'break', 'continue'].includes(statement.kind);
  return statement.expression.kind === 'call' && statement.expression.name === 'exit';
}
