import type { ProbeTarget, Reports } from '../probes/provider.ts';
import type { AttachPoint, Clause, Expression } from '../syntax/ast.ts';
import { statementExpressions, visitExpression, visitStatement } from '../syntax/visitor.ts';

/** Reports a probe on a program whose arguments are asked for by name, where nothing tells what they are called. */
export function checkDebugInfo(
  clause: Clause,
  point: AttachPoint,
  targets: readonly ProbeTarget[],
  diagnostics: Reports,
): void {
  if (targets.every(({ program, context }) => program === undefined || !isEntry(context)) || !readsArguments(clause)) {
    return;
  }
  const executables = new Set(targets.flatMap(({ program }) => program?.executable ?? []));
  for (const { path, debugInfo } of executables) {
    const info = debugInfo?.();
    if (info !== undefined && !('reason' in info)) continue;
    const reason = info === undefined ? `no debuginfo found for ${path}` : info.reason;
    const name = `uprobe:${path}:${point.parts.at(-1)}`;
    diagnostics.error(
      'unsupported',
      point.span,
      `Could not parse arguments of "${name}": ${reason}`,
      'it has arg0, arg1 ...',
    );
  }
}

function isEntry(context: ProbeTarget['context']): boolean {
  return context.kind === 'registers' && context.at === 'entry';
}

function readsArguments({ predicate, body }: Clause): boolean {
  let found = false;
  const look = (expression: Expression) => {
    found ||= expression.kind === 'identifier' && expression.name === 'args';
  };
  if (predicate !== undefined) visitExpression(predicate, look);
  visitStatement(body, (statement) => {
    for (const expression of statementExpressions(statement)) visitExpression(expression, look);
  });
  return found;
}
