import type { Block, BlockExpression, Expression, ExpressionStatement, Statement } from '../syntax/ast.ts';

/**
 * An expression whose value nobody uses as a statement: a block expression is a block, and a choice between block
 * expressions an `if`. `written` is the statement in the source.
 */
export function asStatement(expression: Expression, written: ExpressionStatement): Statement {
  if (isBlock(expression)) return blockOf(expression, written);
  if (expression.kind !== 'ternary' || !(holdsBlock(expression.then) || holdsBlock(expression.otherwise))) {
    return { ...written, expression };
  }
  const { condition, span } = expression;
  const then = blockOf(expression.then, written);
  const { otherwise } = expression;
  const other = asStatement(otherwise, { ...written, span: otherwise.span });
  return { kind: 'if', condition, then, otherwise: other.kind === 'if' ? other : blockOf(otherwise, written), span };
}

function holdsBlock(expression: Expression): boolean {
  if (expression.kind === 'ternary') return holdsBlock(expression.then) || holdsBlock(expression.otherwise);
  return isBlock(expression);
}

/** The body of a function in place of its call stays together: a `return` leaves it. */
function isBlock(expression: Expression): expression is BlockExpression {
  return expression.kind === 'block-expression' && expression.call !== true;
}

function blockOf(expression: Expression, written: ExpressionStatement): Block {
  const { span } = expression;
  if (!isBlock(expression)) {
    return { kind: 'block', statements: [asStatement(expression, { ...written, span })], span };
  }
  const { statements, value } = expression;
  if (value === undefined) return { kind: 'block', statements, span };
  return { kind: 'block', statements: [...statements, asStatement(value, { ...written, span: value.span })], span };
}
