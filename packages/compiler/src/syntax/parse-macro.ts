import type { Macro, MapDeclaration } from './ast.ts';
import { parseBlockExpression } from './parse-block.ts';
import { isParameter } from './parse-expression.ts';
import type { TokenCursor } from './token-cursor.ts';

/** `macro name(parameters) { body }` */
export function parseMacro(cursor: TokenCursor): Macro {
  const { start } = cursor.expect('macro').span;
  const name = cursor.expectIdentifier('macro name');
  cursor.expect('(');
  const parameters: Macro['parameters'][number][] = [];
  if (!cursor.at(')')) {
    do parameters.push(parseParameter(cursor));
    while (cursor.take(','));
  }
  cursor.expect(')');
  const body = parseBlockExpression(cursor);
  const span = { start, end: cursor.previousEnd };
  return { kind: 'macro', name: name.text, nameSpan: name.span, parameters, body, span };
}

function parseParameter(cursor: TokenCursor): Macro['parameters'][number] {
  const { kind, text, span } = cursor.current;
  if (kind === 'identifier' || kind === 'map' || (kind === 'variable' && !isParameter(text))) {
    cursor.advance();
    return { kind, name: text, span };
  }
  return cursor.unexpected('macro argument ($var, @map, or identifier)');
}

/** `let @m = lruhash(100);`: the semicolon may be left out. */
export function parseMapDeclaration(cursor: TokenCursor): MapDeclaration {
  const { start } = cursor.expect('let').span;
  const name = cursor.current;
  if (name.kind !== 'map') cursor.unexpected('map in map declaration');
  cursor.advance();
  cursor.expect('=');
  const type = cursor.expectIdentifier('map type');
  cursor.expect('(');
  const count = cursor.current;
  if (count.kind !== 'integer' || count.value === 0n) {
    return cursor.unexpected('positive integer for map declaration max entries');
  }
  cursor.advance();
  const closing = cursor.expect(')').span.end;
  const semicolon = cursor.current.span.end;
  const span = { start, end: cursor.take(';') ? semicolon : closing };
  return {
    kind: 'map-declaration',
    name: name.text,
    type: type.text,
    typeSpan: type.span,
    maxEntries: count.value,
    span,
  };
}
