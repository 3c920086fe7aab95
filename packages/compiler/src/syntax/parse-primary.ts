import type { Expression, MapAccess, OffsetOf, RecordLiteral, SizeOf } from './ast.ts';
import { parseBlockExpression, parseIfExpression } from './parse-block.ts';
import { made, parseExpression, parseUnary } from './parse-expression.ts';
import { isSureType, parseSureType, parseTypeName, readTypeName } from './parse-type.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Words that begin or join statements, and no expression. */
const reserved = new Set(['else', 'for', 'while', 'unroll', 'break', 'continue', 'return', 'let', 'import']);

export function parsePrimary(cursor: TokenCursor): Expression {
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
      if (token.text === '{') return parseBlockExpression(cursor);
      break;
    case 'predicate-end':
    case 'invalid':
    case 'end':
      break;
  }
  return cursor.unexpected('expression');
}

/** `@m`, `@m[key]`; several keys are one tuple. */
function parseMapKey(cursor: TokenCursor, name: string, start: number): MapAccess {
  if (!cursor.take('[')) return { kind: 'map', name, span: { start, end: cursor.previousEnd } };
  const first = cursor.current.span.start;
  const parts = [parseExpression(cursor)];
  while (cursor.take(',')) parts.push(parseExpression(cursor));
  const [only] = parts;
  const key: Expression =
    parts.length === 1 && only !== undefined
      ? only
      : made(cursor, { kind: 'tuple', elements: parts, span: { start: first, end: cursor.previousEnd } });
  const end = cursor.expect(']').span.end;
  return made(cursor, { kind: 'map', name, key, span: { start, end } });
}

function parseName(cursor: TokenCursor): Expression {
  const { text, span } = cursor.current;
  if (reserved.has(text)) cursor.unexpected('expression');
  if (text === 'if') return parseIfExpression(cursor);
  cursor.advance();
  if (text === 'true' || text === 'false') return { kind: 'boolean', value: text === 'true', span };
  if (text === 'sizeof') return parseSizeOf(cursor, span.start);
  if (text === 'offsetof') return parseOffsetOf(cursor, span.start);
  if (!cursor.take('(')) return { kind: 'identifier', name: text, span };
  const list: Expression[] = [];
  if (!cursor.at(')')) {
    do list.push(parseExpression(cursor));
    while (cursor.take(','));
  }
  const end = cursor.expect(')').span.end;
  return made(cursor, {
    kind: 'call',
    name: text,
    nameSpan: span,
    arguments: list,
    span: { start: span.start, end },
  });
}

function parseSizeOf(cursor: TokenCursor, start: number): SizeOf {
  cursor.expect('(');
  const of = typeOperand(cursor, ')') ?? parseExpression(cursor);
  const end = cursor.expect(')').span.end;
  return made(cursor, { kind: 'sizeof', of, span: { start, end } });
}

function parseOffsetOf(cursor: TokenCursor, start: number): OffsetOf {
  cursor.expect('(');
  const of = typeOperand(cursor, ',') ?? parseExpression(cursor);
  cursor.expect(',');
  const path = [cursor.expectIdentifier().text];
  while (cursor.take('.')) path.push(cursor.expectIdentifier().text);
  const end = cursor.expect(')').span.end;
  return made(cursor, { kind: 'offsetof', of, path, span: { start, end } });
}

/** A type before `end`; a name alone that is no known type may be an expression. */
function typeOperand(cursor: TokenCursor, end: string): SizeOf['of'] | undefined {
  return (
    parseSureType(cursor) ??
    cursor.attempt(() => {
      const type = readTypeName(cursor);
      return type !== undefined && type.pointers > 0 && cursor.at(end) ? type : undefined;
    })
  );
}

/** `()`, `(x)`, the tuples `(a,)` and `(a, b)`, the record `(a=1, b=2)` or the cast `(uint32)x`. */
function parseParenthesized(cursor: TokenCursor): Expression {
  const { start } = cursor.expect('(').span;
  if (cursor.take(')')) return { kind: 'tuple', elements: [], span: { start, end: cursor.previousEnd } };
  const cast = parseCast(cursor, start) ?? parseRecord(cursor, start);
  if (cast !== undefined) return cast;
  const first = parseExpression(cursor);
  if (cursor.take(')')) return first;
  if (!cursor.at(',')) cursor.unexpected("')'");
  const elements = [first];
  while (cursor.take(',') && !cursor.at(')')) elements.push(parseExpression(cursor));
  return made(cursor, { kind: 'tuple', elements, span: { start, end: cursor.expect(')').span.end } });
}

function parseCast(cursor: TokenCursor, start: number): Expression | undefined {
  let type = cursor.attempt(() => {
    const read = cursor.current.kind === 'identifier' ? readTypeName(cursor) : undefined;
    return read !== undefined && cursor.take(')') && beginsOperand(cursor, isSureType(cursor, read)) ? read : undefined;
  });
  if (type === undefined && (cursor.at('struct') || cursor.at('union') || cursor.at('enum'))) {
    type = parseTypeName(cursor);
    cursor.expect(')');
  }
  if (type === undefined) return undefined;
  const span = { start, end: cursor.previousEnd };
  const operand = cursor.nested(() => parseUnary(cursor));
  return made(cursor, { kind: 'cast', type, operand, span });
}

/**
 * Whether an operand of a cast begins here. Where the name between the brackets may be that of a value, an operator
 * that can stand between two values is one.
 */
function beginsOperand(cursor: TokenCursor, sure: boolean): boolean {
  const { kind, text } = cursor.current;
  switch (kind) {
    case 'integer':
    case 'string':
    case 'variable':
    case 'map':
      return true;
    case 'identifier':
      return !reserved.has(text);
    case 'punctuation':
      return ['(', '!', '~'].includes(text) || (sure && ['-', '+', '*', '&', '++', '--'].includes(text));
    case 'predicate-end':
    case 'invalid':
    case 'end':
      return false;
  }
}

function parseRecord(cursor: TokenCursor, start: number): RecordLiteral | undefined {
  const first = cursor.attempt(() => fieldName(cursor));
  if (first === undefined) return undefined;
  const fields: RecordLiteral['fields'][number][] = [];
  const names = new Set<string>();
  let name = first;
  for (;;) {
    const value = parseExpression(cursor);
    const span = { start: name.span.start, end: cursor.previousEnd };
    if (names.has(name.text)) {
      cursor.diagnostics.error('syntax', span, `syntax: Named argument list already contains name: ${name.text}`);
    }
    names.add(name.text);
    fields.push({ name: name.text, value, span });
    if (!cursor.take(',')) break;
    name = cursor.expectIdentifier();
    cursor.expect('=');
  }
  return made(cursor, { kind: 'record', fields, span: { start, end: cursor.expect(')').span.end } });
}

/** `name =` */
function fieldName(cursor: TokenCursor): TokenCursor['current'] | undefined {
  const token = cursor.current;
  if (token.kind !== 'identifier') return undefined;
  cursor.advance();
  return cursor.take('=') ? token : undefined;
}
