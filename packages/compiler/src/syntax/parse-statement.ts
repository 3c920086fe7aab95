import type { BinaryOperator, Block, If, Let, Statement } from './ast.ts';
import { parseExpression } from './parse-expression.ts';
import type { TokenCursor } from './token-cursor.ts';

const assignmentOperators = ['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>='];
const unsupportedStatements = ['while', 'unroll', 'for', 'break', 'continue'];

export function parseBlock(cursor: TokenCursor): Block {
  return cursor.nested(() => {
    const { start } = cursor.expect('{').span;
    const statements: Statement[] = [];
    while (!cursor.at('}')) {
      if (cursor.take(';')) continue;
      const statement = parseStatement(cursor);
      statements.push(statement);
      const closed = statement.kind === 'block' || statement.kind === 'if';
      if (!closed && !cursor.at('}') && !cursor.take(';')) cursor.unexpected("';' or '}'");
    }
    return { kind: 'block', statements, span: { start, end: cursor.expect('}').span.end } };
  });
}

function parseStatement(cursor: TokenCursor): Statement {
  const token = cursor.current;
  if (cursor.at('{')) return parseBlock(cursor);
  if (token.kind === 'identifier') {
    if (token.text === 'if') return parseIf(cursor);
    if (token.text === 'let') return parseLet(cursor);
    if (token.text === 'return') return { kind: 'return', span: cursor.advance().span };
    if (unsupportedStatements.includes(token.text)) cursor.stop(token.span, `'${token.text}' is not supported`);
  }
  const expression = parseExpression(cursor);
  const operator = cursor.current;
  if (operator.kind !== 'punctuation' || !assignmentOperators.includes(operator.text)) {
    return { kind: 'expression-statement', expression, span: expression.span };
  }
  if (expression.kind !== 'variable' && expression.kind !== 'map') {
    return cursor.stop(expression.span, 'only variables and maps can be assigned to');
  }
  cursor.advance();
  const value = parseExpression(cursor);
  const span = { start: expression.span.start, end: value.span.end };
  const operation = operator.text.slice(0, -1);
  if (operation === '') return { kind: 'assignment', target: expression, value, span };
  return { kind: 'assignment', target: expression, operator: operation as BinaryOperator, value, span };
}

function parseIf(cursor: TokenCursor): If {
  return cursor.nested(() => {
    const { start } = cursor.expect('if').span;
    const condition = parseExpression(cursor);
    const then = parseBlock(cursor);
    if (!cursor.take('else')) return { kind: 'if', condition, then, span: { start, end: then.span.end } };
    const otherwise = cursor.at('if') ? parseIf(cursor) : parseBlock(cursor);
    return { kind: 'if', condition, then, otherwise, span: { start, end: otherwise.span.end } };
  });
}

function parseLet(cursor: TokenCursor): Let {
  const { start } = cursor.expect('let').span;
  const name = cursor.current;
  if (name.kind === 'map') cursor.stop(name.span, "'let' of a map is not supported");
  if (name.kind !== 'variable') cursor.unexpected('a variable');
  cursor.advance();
  const variable = { kind: 'variable', name: name.text, span: name.span } as const;
  if (cursor.at(':')) cursor.stop(cursor.current.span, "a type after 'let' is not supported");
  if (!cursor.take('=')) return { kind: 'let', variable, span: { start, end: name.span.end } };
  const value = parseExpression(cursor);
  return { kind: 'let', variable, value, span: { start, end: value.span.end } };
}
