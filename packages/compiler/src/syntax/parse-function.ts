import type { FunctionDefinition, FunctionParameter } from './ast.ts';
import { parseBlock } from './parse-block.ts';
import { isParameter } from './parse-expression.ts';
import { parseTypeName } from './parse-type.ts';
import type { TokenCursor } from './token-cursor.ts';

/** `fn name($a : type, $b : type) : type { body }` */
export function parseFunction(cursor: TokenCursor): FunctionDefinition {
  const { start } = cursor.expect('fn').span;
  const name = cursor.expectIdentifier('function name');
  cursor.expect('(');
  const parameters: FunctionParameter[] = [];
  if (!cursor.at(')')) {
    do parameters.push(parseParameter(cursor));
    while (cursor.take(','));
  }
  cursor.expect(')');
  cursor.expect(':');
  const returns = parseTypeName(cursor);
  const body = parseBlock(cursor);
  const span = { start, end: cursor.previousEnd };
  return { kind: 'function', name: name.text, nameSpan: name.span, parameters, returns, body, span };
}

function parseParameter(cursor: TokenCursor): FunctionParameter {
  const { kind, text, span } = cursor.current;
  if (kind !== 'variable' || isParameter(text)) return cursor.unexpected('variable in function argument');
  cursor.advance();
  cursor.expect(':');
  return { variable: { kind, name: text, span }, type: parseTypeName(cursor) };
}
