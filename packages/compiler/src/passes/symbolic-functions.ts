import { FUNC_ADDRESS } from '../builtins/func-address.ts';
import { fentry, fexit } from '../probes/fentry.ts';
import { kprobe, kretprobe } from '../probes/kprobe.ts';
import type { AttachPoint, Clause, Expression, Script } from '../syntax/ast.ts';
import { Transform } from '../syntax/transform.ts';
import { statementExpressions, visitExpression, visitStatement } from '../syntax/visitor.ts';

const ofKernel = new Set([kprobe, kretprobe, fentry, fexit].flatMap(({ name, aliases }) => [name, ...aliases]));

/**
 * `func` is a text: it is compared as one and known when the program is made. Where a script also uses ksym(), it means the
 * kernel's functions by their addresses: there `func` is `ksym(ADDRESS)`, so that both can be values of one map.
 */
export function symbolicFunctions(script: Script): Script {
  if (!script.clauses.some(usesSymbols)) return script;
  const symbolic = new Symbolic();
  const clauses = script.clauses.map((clause) =>
    clause.attachPoints.every(isOfKernel) ? symbolic.clause(clause) : clause,
  );
  return { ...script, clauses };
}

function usesSymbols({ body }: Clause): boolean {
  let found = false;
  visitStatement(body, (statement) => {
    for (const each of statementExpressions(statement)) {
      visitExpression(each, (expression) => {
        found ||= expression.kind === 'call' && expression.name === 'ksym';
      });
    }
  });
  return found;
}

function isOfKernel({ parts: [provider = ''] }: AttachPoint): boolean {
  return ofKernel.has(provider);
}

class Symbolic extends Transform {
  override expression(expression: Expression): Expression {
    const named = expression.kind === 'identifier' || (expression.kind === 'call' && expression.arguments.length === 0);
    if (!named || expression.name !== 'func') return super.expression(expression);
    const { span } = expression;
    return {
      kind: 'call',
      name: 'ksym',
      nameSpan: span,
      arguments: [{ kind: 'identifier', name: FUNC_ADDRESS, span }],
      span,
    };
  }
}
