import type { BinaryOperator, Expression, MapAccess, UnaryOperator, Variable } from './ast.ts';
import { precedences } from './precedence.ts';
import { MAX_DEPTH, type TokenCursor } from './token-cursor.ts';
import { childExpressions } from './visitor.ts';

/** Types that a cast may name. */
export const castTypes: readonly string[] = ['int', 'uint', 'int8', 'int16', 'int32', 'int64'].concat([
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
]);

/** Height of every expression, to bound chains such as `1+1+1...` that nest without brackets. */
const heights = new WeakMap<Expression, number>();
const MAX_HEIGHT = 4 * MAX_DEPTH;

function made<E extends Expression>(cursor: TokenCursor, expression: E): E {
  let height = 0;
  for (const child of childExpressions(expression)) height = Math.max(height, heights.get(child) ?? 0);
  if (height >= MAX_HEIGHT) cursor.stop(expression.span, `an expression with more than ${MAX_HEIGHT} levels`);
  heights.set(expression, height + 1);
  return expression;
}

export function parseExpression(cursor: TokenCursor): Expression {
  return cursor.nested(() => {
    const condition = parseBinary(cursor, 1);
    if (!cursor.take('?')) return condition;
    const then = parseExpression(cursor);
    cursor.expect(':');
    const otherwise = parseExpression(cursor);
    const span = { start: condition.span.start, end: otherwise.span.end };
    return made(cursor, { kind: 'ternary', condition, then, otherwise, span });
  });
}

function parseBinary(cursor: TokenCursor, minimum: number): Expression {
  let left = parseUnary(cursor);
  for (;;) {
    const token = cursor.current;
    const operator = token.text as BinaryOperator;
    const precedence =
      token.kind === 'punctuation' && Object.hasOwn(precedences, operator) ? precedences[operator] : undefined;
    if (precedence === undefined || precedence < minimum) return left;
    cursor.advance();
    const right = cursor.nested(() => parseBinary(cursor, precedence + 1));
    left = made(cursor, {
      kind: 'binary',
      operator,
      left,
      right,
      span: { start: left.span.start, end: right.span.end },
    });
  }
}

function parseUnary(cursor: TokenCursor): Expression {
  const token = cursor.current;
  if (token.kind === 'punctuation') {
    if (['!', '~', '-', '+'].includes(token.text)) {
      cursor.advance();
      const operand = cursor.nested(() => parseUnary(cursor));
      const span = { start: token.span.start, end: operand.span.end };
      return made(cursor, { kind: 'unary', operator: token.text as UnaryOperator, operand, span });
    }
    if (token.text === '++' || token.text === '--') {
      cursor.advance();
      const target = requireTarget(
        cursor,
        cursor.nested(() => parsePostfix(cursor)),
      );
      const span = { start: token.span.start, end: target.span.end };
      return made(cursor, { kind: 'update', operator: token.text, prefix: true, target, span });
    }
    if (token.text === '*' || token.text === '&') {
      cursor.stop(token.span, `the operator '${token.text}' on one operand is not supported`);
    }
  }
  return parsePostfix(cursor);
}

function requireTarget(cursor: TokenCursor, expression: Expression): Variable | MapAccess {
  if (expression.kind === 'variable' || expression.kind === 'map') return expression;
  return cursor.stop(expression.span, 'only variables and maps can be changed');
}

function parsePostfix(cursor: TokenCursor): Expression {
  let expression = parsePrimary(cursor);
  for (;;) {
    const token = cursor.current;
    if (cursor.at('.') || cursor.at('->')) {
      cursor.advance();
      const name = cursor.current;
      if (name.kind !== 'identifier') cursor.unexpected('the name of a field');
      cursor.advance();
      const span = { start: expression.span.start, end: name.span.end };
      expression = { kind: 'member', object: expression, name: name.text, nameSpan: name.span, span };
    } else if (cursor.at('[')) {
      cursor.advance();
      const index = parseExpression(cursor);
      const end = cursor.expect(']').span.end;
      expression = { kind: 'index', object: expression, index, span: { start: expression.span.start, end } };
    } else if (token.kind === 'punctuation' && (token.text === '++' || token.text === '--')) {
      cursor.advance();
      const target = requireTarget(cursor, expression);
      const span = { start: target.span.start, end: token.span.end };
      expression = { kind: 'update', operator: token.text, prefix: false, target, span };
    } else {
      return expression;
    }
    made(cursor, expression);
  }
}

function parsePrimary(cursor: TokenCursor): Expression {
  const token = cursor.current;
  switch (token.kind) {
    case 'integer':
      cursor.advance();
      return { kind: 'integer', value: token.value, text: token.text, span: token.span };
    case 'string':
      cursor.advance();
      return { kind: 'string', value: token.value, span: token.span };
    case 'variable':
      cursor.advance();
      return { kind: 'variable', name: token.text, span: token.span };
    case 'map':
      cursor.advance();
      return parseMapKey(cursor, token.text, token.span.start);
    case 'identifier':
      return parseName(cursor);
    case 'punctuation':
      if (token.text === '(') return parseParenthesized(cursor);
      break;
    case 'predicate-end':
    case 'invalid':
    case 'end':
      break;
  }
  return cursor.unexpected('an expression');
}

function parseMapKey(cursor: TokenCursor, name: string, start: number): MapAccess {
  if (!cursor.take('[')) return { kind: 'map', name, span: { start, end: cursor.previousEnd } };
  const key = parseList(cursor, ']');
  if (key.length === 0) cursor.unexpected('a key');
  const end = cursor.expect(']').span.end;
  const [only] = key;
  const parts = key.length === 1 && only?.kind === 'tuple' ? only.elements : key;
  return made(cursor, { kind: 'map', name, key: parts, span: { start, end } });
}

function parseName(cursor: TokenCursor): Expression {
  const token = cursor.advance();
  if (!cursor.take('(')) return { kind: 'identifier', name: token.text, span: token.span };
  const list = parseList(cursor, ')');
  const end = cursor.expect(')').span.end;
  const span = { start: token.span.start, end };
  return made(cursor, { kind: 'call', name: token.text, nameSpan: token.span, arguments: list, span });
}

/** A list up to a closing bracket, which is left for the caller. */
function parseList(cursor: TokenCursor, close: string): Expression[] {
  const list: Expression[] = [];
  if (cursor.at(close)) return list;
  do list.push(parseExpression(cursor));
  while (cursor.take(','));
  return list;
}

/** `(x)`, the tuple `(a, b)` or the cast `(uint32)x`. */
function parseParenthesized(cursor: TokenCursor): Expression {
  const { start } = cursor.expect('(').span;
  if (cursor.at('struct') || cursor.at('union')) return parsePointerCast(cursor, start);
  const first = parseExpression(cursor);
  if (cursor.at(',')) {
    const elements = [first];
    while (cursor.take(',')) elements.push(parseExpression(cursor));
    return made(cursor, { kind: 'tuple', elements, span: { start, end: cursor.expect(')').span.end } });
  }
  cursor.expect(')');
  if (first.kind === 'identifier' && castTypes.includes(first.name)) {
    const operand = cursor.nested(() => parseUnary(cursor));
    return made(cursor, { kind: 'cast', type: first.name, operand, span: { start, end: operand.span.end } });
  }
  return first;
}

/** `(struct name *)x`, after the bracket. */
function parsePointerCast(cursor: TokenCursor, start: number): Expression {
  const keyword = cursor.advance().text;
  const name = cursor.current;
  if (name.kind !== 'identifier') cursor.unexpected(`the name of a ${keyword}`);
  cursor.advance();
  cursor.expect('*');
  cursor.expect(')');
  const operand = cursor.nested(() => parseUnary(cursor));
  const type = `${keyword} ${name.text} *`;
  return made(cursor, { kind: 'cast', type, operand, span: { start, end: operand.span.end } });
}
