import type { Expression } from './ast.ts';
import { visitExpression } from './visitor.ts';

/** Whether a variable of that name occurs anywhere within an expression. */
export function mentions(expression: Expression, name: string): boolean {
  let found = false;
  visitExpression(expression, (inner) => {
    found ||= inner.kind === 'variable' && inner.name === name;
  });
  return found;
}
