import type { BinaryOperator, Expression, For, Let, Statement } from './ast.ts';
import { type OpenBlock, type OpenIf, parseBlock, parseCondition, parseOpenBlock, parseOpenIf } from './parse-block.ts';
import { isParameter, parseExpression, parseUnary } from './parse-expression.ts';
import { parseTypeName } from './parse-type.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Blocks and `if` stay open until it is known whether their value is wanted. */
export type ParsedStatement = Exclude<Statement, { readonly kind: 'block' | 'if' }> | OpenBlock | OpenIf;

const assignmentOperators = ['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>='];

const immutable =
  'syntax: Tuples and records are immutable once created. Consider creating a new value and assigning it instead.';

/** One statement, without the semicolon after it. */
export function parseStatement(cursor: TokenCursor): ParsedStatement {
  const token = cursor.current;
  if (cursor.at('{')) return parseOpenBlock(cursor);
  if (token.kind === 'identifier') {
    switch (token.text) {
      case 'if':
        return parseOpenIf(cursor);
      case 'let':
        return parseLet(cursor);
      case 'while': {
        const condition = loopHead(cursor, parseCondition);
        return { kind: 'while', condition, body: parseBlock(cursor), span: spanFrom(cursor, token.span.start) };
      }
      case 'unroll': {
        const count = loopHead(cursor, parseExpression);
        return { kind: 'unroll', count, body: parseBlock(cursor), span: spanFrom(cursor, token.span.start) };
      }
      case 'for':
        return parseFor(cursor);
      case 'break':
      case 'continue':
        cursor.advance();
        return { kind: token.text, span: token.span };
      case 'return':
        return parseReturn(cursor);
      case 'import':
        parseInnerImport(cursor);
        break;
      default:
    }
  }
  return parseAssignment(cursor);
}

function parseInnerImport(cursor: TokenCursor): never {
  const { start } = cursor.advance().span;
  if (cursor.current.kind === 'string') cursor.advance();
  const message =
    'Import statements that are not at the top level are primarily for the standard library. What that holds is there without an import.';
  return cursor.stop(spanFrom(cursor, start), message, 'move it before the first probe');
}

function spanFrom(cursor: TokenCursor, start: number): Statement['span'] {
  return { start, end: cursor.previousEnd };
}

function loopHead(cursor: TokenCursor, parse: (cursor: TokenCursor) => Expression): Expression {
  cursor.advance();
  return parse(cursor);
}

function parseReturn(cursor: TokenCursor): Statement & { kind: 'return' } {
  const { start } = cursor.advance().span;
  if (cursor.at(';') || cursor.at('}')) return { kind: 'return', span: spanFrom(cursor, start) };
  const value = parseExpression(cursor);
  return { kind: 'return', value, span: spanFrom(cursor, start) };
}

function parseAssignment(cursor: TokenCursor): ParsedStatement {
  const { kind: first, span: firstSpan } = cursor.current;
  const { start } = firstSpan;
  const expression = parseExpression(cursor);
  const operator = cursor.current;
  if (operator.kind !== 'punctuation' || !assignmentOperators.includes(operator.text)) {
    // As in bpftrace the semicolon belongs to it, but not where an assignment might have followed.
    const assignable = first === 'variable' || first === 'map';
    const end = cursor.at(';') && !assignable ? operator.span.end : cursor.previousEnd;
    return { kind: 'expression-statement', expression, span: { start, end } };
  }
  if (expression.kind === 'member' || expression.kind === 'index') {
    cursor.advance();
    parseExpression(cursor);
    return cursor.stop(spanFrom(cursor, start), immutable);
  }
  if (expression.kind === 'identifier' && expression.name === '_' && cursor.take('=')) {
    const value = parseExpression(cursor);
    return { kind: 'expression-statement', expression: value, discarded: true, span: spanFrom(cursor, start) };
  }
  if ((expression.kind !== 'variable' && expression.kind !== 'map') || isParameter(expression.name)) {
    return cursor.unexpected("';'");
  }
  cursor.advance();
  const value = parseExpression(cursor);
  const span = spanFrom(cursor, start);
  const operation = operator.text.slice(0, -1);
  if (operation === '') return { kind: 'assignment', target: expression, value, span };
  return { kind: 'assignment', target: expression, operator: operation as BinaryOperator, value, span };
}

function parseLet(cursor: TokenCursor): Let {
  const { start } = cursor.expect('let').span;
  const name = cursor.current;
  if (name.kind !== 'variable') cursor.unexpected("variable after 'let'");
  if (isParameter(name.text)) cursor.unexpected("identifier after '$'");
  cursor.advance();
  const variable = { kind: 'variable', name: name.text, span: name.span } as const;
  const declared = { kind: 'let', variable, span: spanFrom(cursor, start) } as const;
  const typed = cursor.take(':') ? { ...declared, type: parseTypeName(cursor) } : declared;
  if (!cursor.take('=')) return typed;
  const value = parseExpression(cursor);
  return { ...typed, value, span: spanFrom(cursor, start) };
}

/** The brackets may be left out. */
function parseFor(cursor: TokenCursor): For {
  const { start } = cursor.expect('for').span;
  const bracket = cursor.take('(');
  const name = cursor.current;
  if (name.kind !== 'variable' || isParameter(name.text)) cursor.unexpected('variable in for loop');
  cursor.advance();
  cursor.expect(':');
  const over = parseIterated(cursor);
  if (bracket) cursor.expect(')');
  const body = parseBlock(cursor);
  const variable = { kind: 'variable', name: name.text, span: name.span } as const;
  return { kind: 'for', variable, over, body, span: spanFrom(cursor, start) };
}

function parseIterated(cursor: TokenCursor): For['over'] {
  const { start } = cursor.current.span;
  const from = parseUnary(cursor);
  if (cursor.take('..')) {
    const to = parseUnary(cursor);
    return { kind: 'range', from, to, span: spanFrom(cursor, start) };
  }
  if (from.kind === 'map' && from.key === undefined) return from;
  return cursor.unexpected('map or range in for loop');
}
