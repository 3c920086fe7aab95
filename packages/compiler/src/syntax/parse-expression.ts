import type { Span } from '../source/span.ts';
import type { BinaryOperator, Expression, MapAccess, UnaryOperator, Variable } from './ast.ts';
import { parsePrimary } from './parse-primary.ts';
import { precedences } from './precedence.ts';
import { MAX_DEPTH, type TokenCursor } from './token-cursor.ts';
import { childExpressions } from './visitor.ts';

/** Height of every expression, to bound chains such as `1+1+1...` that nest without brackets. */
const heights = new WeakMap<Expression, number>();
const MAX_HEIGHT = 4 * MAX_DEPTH;

/** Notes how high an expression is; one that is too high ends the parsing. */
export function made<E extends Expression>(cursor: TokenCursor, expression: E): E {
  let height = 0;
  for (const child of childExpressions(expression)) height = Math.max(height, heights.get(child) ?? 0);
  if (height >= MAX_HEIGHT) cursor.stop(expression.span, `syntax: an expression with more than ${MAX_HEIGHT} levels`);
  heights.set(expression, height + 1);
  return expression;
}

export function parseExpression(cursor: TokenCursor): Expression {
  return cursor.nested(() => {
    const condition = parseBinary(cursor, 1);
    if (!cursor.take('?')) return condition;
    const { start } = condition.span;
    if (cursor.take(':')) return orElse(cursor, condition, start);
    const then = parseExpression(cursor);
    cursor.expect(':');
    const otherwise = parseExpression(cursor);
    return made(cursor, { kind: 'ternary', condition, then, otherwise, span: { start, end: cursor.previousEnd } });
  });
}

/** `a ?: b`: a is evaluated once, into a variable of a block of its own. */
function orElse(cursor: TokenCursor, value: Expression, start: number): Expression {
  const otherwise = parseExpression(cursor);
  const span = { start, end: cursor.previousEnd };
  const variable = (): Variable => ({ kind: 'variable', name: `$__or${value.span.start}`, span: value.span });
  const then = variable();
  const choice: Expression = { kind: 'ternary', condition: variable(), then, otherwise, span };
  return made(cursor, {
    kind: 'block-expression',
    statements: [{ kind: 'let', variable: variable(), value, span: value.span }],
    value: made(cursor, choice),
    span,
  });
}

/** As in bpftrace's messages a span leaves out the bracket it would begin with, and has the one it ends with. */
function parseBinary(cursor: TokenCursor, minimum: number): Expression {
  let left = parseUnary(cursor);
  const { start } = left.span;
  for (;;) {
    const operator = binaryOperator(cursor);
    if (operator === undefined || precedences[operator] < minimum) return left;
    cursor.advance();
    const right = cursor.nested(() => parseBinary(cursor, precedences[operator] + 1));
    left = made(cursor, { kind: 'binary', operator, left, right, span: { start, end: cursor.previousEnd } });
  }
}

function binaryOperator(cursor: TokenCursor): BinaryOperator | undefined {
  const { kind, text } = cursor.current;
  if (kind === 'predicate-end') return cursor.atPredicateEnd ? undefined : '/';
  return kind === 'punctuation' && Object.hasOwn(precedences, text) ? (text as BinaryOperator) : undefined;
}

export function parseUnary(cursor: TokenCursor): Expression {
  const token = cursor.current;
  const { start } = token.span;
  if (token.kind === 'identifier' && token.text === 'comptime') {
    return cursor.attempt(() => parseComptime(cursor)) ?? parsePostfix(cursor);
  }
  if (token.kind !== 'punctuation') return parsePostfix(cursor);
  if (token.text === '++' || token.text === '--') {
    cursor.advance();
    const operand = cursor.nested(() => parseUnary(cursor));
    const target = requireTarget(cursor, operand, operand.span);
    const span = { start, end: cursor.previousEnd };
    return made(cursor, { kind: 'update', operator: token.text, prefix: true, target, span });
  }
  if (!['!', '~', '-', '+', '*', '&'].includes(token.text)) return parsePostfix(cursor);
  cursor.advance();
  const operand = cursor.nested(() => parseUnary(cursor));
  const operator = token.text as UnaryOperator;
  const span = { start, end: cursor.previousEnd };
  if (operator === '-' && operand.kind === 'integer' && operand.value > 1n << 63n) {
    cursor.diagnostics.error('syntax', span, 'negative value will underflow');
  }
  if (operator === '&' && operand.kind !== 'variable' && operand.kind !== 'map') {
    const message = 'syntax: address-of operator (&) can only be used on a map or variable';
    cursor.diagnostics.error('syntax', { start: operand.span.start, end: cursor.previousEnd }, message);
  }
  return made(cursor, { kind: 'unary', operator, operand, span });
}

function parseComptime(cursor: TokenCursor): Expression | undefined {
  const { start } = cursor.current.span;
  cursor.advance();
  const { kind, text } = cursor.current;
  const operand = kind === 'punctuation' || kind === 'predicate-end' ? text === '(' : kind !== 'end';
  if (!operand) return undefined;
  const inner = cursor.nested(() => parseUnary(cursor));
  return made(cursor, { kind: 'comptime', operand: inner, span: { start, end: cursor.previousEnd } });
}

function requireTarget(cursor: TokenCursor, expression: Expression, span: Span): Variable | MapAccess {
  if (expression.kind === 'map') return expression;
  if (expression.kind === 'variable' && !isParameter(expression.name)) return expression;
  return cursor.stop(span, 'syntax: increment/decrement requires a variable or map');
}

/** Whether the name of a variable is that of a positional parameter. */
export function isParameter(name: string): boolean {
  return /^\$(?:[0-9]|#)/.test(name);
}

function parsePostfix(cursor: TokenCursor): Expression {
  let expression = parsePrimary(cursor);
  const { start } = expression.span;
  for (;;) {
    const { kind, text } = cursor.current;
    if (cursor.at('.') || cursor.at('->')) {
      cursor.advance();
      const name = cursor.current;
      if (name.kind !== 'identifier' && !(name.kind === 'integer' && /^[0-9]+$/.test(name.text))) {
        cursor.unexpected('field name or tuple index');
      }
      cursor.advance();
      const span = { start, end: cursor.previousEnd };
      expression = { kind: 'member', object: expression, name: name.text, nameSpan: name.span, span };
    } else if (cursor.take('[')) {
      const index = parseExpression(cursor);
      cursor.expect(']');
      expression = { kind: 'index', object: expression, index, span: { start, end: cursor.previousEnd } };
    } else if (kind === 'punctuation' && (text === '++' || text === '--')) {
      const target = requireTarget(cursor, expression, cursor.current.span);
      cursor.advance();
      expression = { kind: 'update', operator: text, prefix: false, target, span: { start, end: cursor.previousEnd } };
    } else {
      return expression;
    }
    made(cursor, expression);
  }
}
