import type { Block, BlockExpression, Expression, If, Statement } from './ast.ts';
import { made, parseExpression } from './parse-expression.ts';
import { type ParsedStatement, parseStatement } from './parse-statement.ts';
import type { TokenCursor } from './token-cursor.ts';

/**
 * A block before it is known whether its value is wanted. `tail`: what stands last without a semicolon, which is the
 * value where one is wanted and a statement elsewhere.
 */
export interface OpenBlock {
  readonly kind: 'open-block';
  readonly statements: readonly Statement[];
  readonly tail?: Expression | OpenBlock | OpenIf;
  readonly span: Statement['span'];
}

export interface OpenIf {
  readonly kind: 'open-if';
  readonly condition: Expression;
  readonly then: OpenBlock;
  readonly otherwise?: OpenBlock | OpenIf;
  readonly span: Statement['span'];
}

export function parseBlock(cursor: TokenCursor): Block {
  return closeBlock(parseOpenBlock(cursor));
}

export function parseBlockExpression(cursor: TokenCursor): BlockExpression {
  return blockExpression(cursor, parseOpenBlock(cursor));
}

/** `if (c) { a } else { b }` where a value is wanted. */
export function parseIfExpression(cursor: TokenCursor): Expression {
  const open = parseOpenIf(cursor);
  const value = ifValue(cursor, open);
  if (value !== undefined) return value;
  return cursor.stop(open.span, 'syntax: every branch of an if that is used as a value needs a value', valueHint);
}

const valueHint = 'end each branch with an expression without a semicolon';

export function parseOpenBlock(cursor: TokenCursor): OpenBlock {
  return cursor.nested(() => {
    const { start } = cursor.expect('{').span;
    const statements: Statement[] = [];
    let tail: OpenBlock['tail'];
    while (!cursor.take('}')) {
      if (cursor.current.kind === 'end') cursor.unexpected("'}'");
      const { kind } = cursor.current;
      const parsed = parseStatement(cursor);
      if (cursor.at('}')) {
        tail = tailOf(parsed);
        if (tail === undefined) statements.push(closeStatement(parsed));
        continue;
      }
      const statement = closeStatement(parsed);
      if (!cursor.take(';')) {
        if (!isClosed(parsed)) cursor.unexpected("';'");
        statements.push(statement);
      } else if (kind === 'variable' || kind === 'map') statements.push(statement);
      else statements.push(withSemicolon(statement, cursor.previousEnd));
    }
    const span = { start, end: cursor.previousEnd };
    return { kind: 'open-block', statements, ...(tail === undefined ? {} : { tail }), span };
  });
}

export function parseOpenIf(cursor: TokenCursor): OpenIf {
  return cursor.nested(() => {
    const { start } = cursor.expect('if').span;
    const condition = parseCondition(cursor);
    const then = parseOpenBlock(cursor);
    if (!cursor.take('else')) return { kind: 'open-if', condition, then, span: { start, end: cursor.previousEnd } };
    const otherwise = cursor.at('if') ? parseOpenIf(cursor) : parseOpenBlock(cursor);
    return { kind: 'open-if', condition, then, otherwise, span: { start, end: cursor.previousEnd } };
  });
}

/** Of `if` and `while`: `()` is a tuple elsewhere, but no condition. */
export function parseCondition(cursor: TokenCursor): Expression {
  const condition = parseExpression(cursor);
  const end = cursor.previousEnd;
  if (condition.kind === 'tuple' && condition.elements.length === 0 && condition.span.end === end) {
    cursor.stop({ start: end - 1, end }, 'syntax: expected expression');
  }
  return condition;
}

function tailOf(parsed: ParsedStatement): OpenBlock['tail'] {
  if (parsed.kind === 'open-block' || parsed.kind === 'open-if') return parsed;
  return parsed.kind === 'expression-statement' && parsed.discarded === undefined ? parsed.expression : undefined;
}

/** Whether no semicolon is needed after it. */
function isClosed({ kind }: ParsedStatement): boolean {
  return ['open-block', 'open-if', 'while', 'for', 'unroll'].includes(kind);
}

/** As bpftrace counts it belongs to the statement, unless that begins with a variable or map. */
function withSemicolon(statement: Statement, end: number): Statement {
  const counts = ['expression-statement', 'break', 'continue', 'return'].includes(statement.kind);
  return counts ? { ...statement, span: { start: statement.span.start, end } } : statement;
}

function closeStatement(parsed: ParsedStatement): Statement {
  if (parsed.kind === 'open-block') return closeBlock(parsed);
  return parsed.kind === 'open-if' ? closeIf(parsed) : parsed;
}

function closeTail(tail: Expression | OpenBlock | OpenIf): Statement {
  if (tail.kind === 'open-block') return closeBlock(tail);
  if (tail.kind === 'open-if') return closeIf(tail);
  return { kind: 'expression-statement', expression: tail, span: tail.span };
}

function closeBlock({ statements, tail, span }: OpenBlock): Block {
  return { kind: 'block', statements: tail === undefined ? statements : [...statements, closeTail(tail)], span };
}

function closeIf({ condition, then: open, otherwise, span }: OpenIf): If {
  const then = closeBlock(open);
  const closed = { kind: 'if', condition, then, span } as const;
  if (otherwise === undefined) return closed;
  return { ...closed, otherwise: otherwise.kind === 'open-if' ? closeIf(otherwise) : closeBlock(otherwise) };
}

function blockExpression(cursor: TokenCursor, { statements, tail, span }: OpenBlock): BlockExpression {
  if (tail === undefined) return { kind: 'block-expression', statements, span };
  const value = tailValue(cursor, tail);
  if (value === undefined) return { kind: 'block-expression', statements: [...statements, closeTail(tail)], span };
  return made(cursor, { kind: 'block-expression', statements, value, span });
}

function tailValue(cursor: TokenCursor, tail: Expression | OpenBlock | OpenIf): Expression | undefined {
  if (tail.kind === 'open-block') return tail.tail === undefined ? undefined : blockExpression(cursor, tail);
  return tail.kind === 'open-if' ? ifValue(cursor, tail) : tail;
}

/** undefined where a branch has no value. */
function ifValue(cursor: TokenCursor, open: OpenIf): Expression | undefined {
  const { condition, otherwise, span } = open;
  if (otherwise === undefined) return undefined;
  const then = branchValue(cursor, open.then);
  const other = otherwise.kind === 'open-if' ? ifValue(cursor, otherwise) : branchValue(cursor, otherwise);
  if (then === undefined || other === undefined) return undefined;
  return made(cursor, { kind: 'ternary', condition, then, otherwise: other, span });
}

function branchValue(cursor: TokenCursor, open: OpenBlock): Expression | undefined {
  const block = blockExpression(cursor, open);
  if (block.value === undefined) return undefined;
  return block.statements.length === 0 ? block.value : block;
}
