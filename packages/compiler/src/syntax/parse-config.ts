import type { ConfigEntry } from './ast.ts';
import type { TokenCursor } from './token-cursor.ts';

/** `config = { name = value; ... }`: the last semicolon may be left out. */
export function parseConfig(cursor: TokenCursor): ConfigEntry[] {
  cursor.expect('config');
  cursor.expect('=');
  cursor.expect('{');
  const entries: ConfigEntry[] = [];
  while (!cursor.take('}')) {
    entries.push(parseEntry(cursor));
    if (!cursor.take(';') && !cursor.at('}')) cursor.unexpected("';'");
  }
  cursor.take(';');
  return entries;
}

function parseEntry(cursor: TokenCursor): ConfigEntry {
  const name = cursor.expectIdentifier();
  cursor.expect('=');
  const token = cursor.current;
  const value = configured(cursor);
  cursor.advance();
  return {
    kind: 'config-entry',
    name: name.text,
    nameSpan: name.span,
    value,
    valueSpan: token.span,
    span: { start: name.span.start, end: token.span.end },
  };
}

function configured(cursor: TokenCursor): ConfigEntry['value'] {
  const token = cursor.current;
  switch (token.kind) {
    case 'integer':
    case 'string':
      return token.value;
    case 'identifier':
      return token.text === 'true' || token.text === 'false' ? token.text === 'true' : token.text;
    default:
      return cursor.unexpected('string, int, boolean, or ident');
  }
}
