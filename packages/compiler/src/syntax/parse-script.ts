import type { Diagnostics } from '../source/diagnostic.ts';
import type { AttachPoint, Clause, Script } from './ast.ts';
import { parseExpression } from './parse-expression.ts';
import { parseBlock } from './parse-statement.ts';
import { SyntaxStop, TokenCursor } from './token-cursor.ts';

/** Characters of source; a script is written by a person. */
const MAX_SOURCE = 1_000_000;

/** Words that open something other than a clause. */
const unsupportedDefinitions = ['config', 'macro', 'fn', 'struct', 'enum', 'union', 'import'];

/** Probes that name a file, in which `/` is part of the name. */
const fileProbes = /^(u|uprobe|ur|uretprobe|U|usdt|w|watchpoint):$/;

/** Parses a whole script. After a mistake it goes on with the next clause; any text gives a tree. */
export function parseScript(text: string, diagnostics: Diagnostics): Script {
  const clauses: Clause[] = [];
  const span = { start: 0, end: text.length };
  if (text.length > MAX_SOURCE) {
    diagnostics.error('too-large', { start: 0, end: 0 }, `a script has at most ${MAX_SOURCE} characters`);
    return { kind: 'script', clauses, span };
  }
  const cursor = new TokenCursor(text, diagnostics);
  while (cursor.current.kind !== 'end') {
    try {
      clauses.push(parseClause(cursor));
    } catch (error) {
      if (!(error instanceof SyntaxStop)) throw error;
      skipClause(cursor);
    }
  }
  if (clauses.length === 0 && !diagnostics.hasErrors) {
    diagnostics.error('syntax', { start: 0, end: 0 }, 'the script has no probe', 'write one, such as BEGIN { ... }');
  }
  return { kind: 'script', clauses, span };
}

function parseClause(cursor: TokenCursor): Clause {
  const first = cursor.current;
  if (cursor.at('#')) cursor.stop(first.span, 'C definitions are not supported');
  if (first.kind === 'identifier' && unsupportedDefinitions.includes(first.text)) {
    cursor.stop(first.span, `'${first.text}' is not supported`);
  }
  const attachPoints: AttachPoint[] = [];
  do {
    if (attachPoints.length > 0 && cursor.at('{')) break;
    attachPoints.push(parseAttachPoint(cursor));
  } while (cursor.take(','));
  const start = first.span.start;
  let predicate: Clause['predicate'];
  if (cursor.take('/')) {
    predicate = parseExpression(cursor);
    if (cursor.current.kind !== 'predicate-end') cursor.unexpected("'/' and '{'");
    cursor.advance();
  }
  const body = parseBlock(cursor);
  const span = { start, end: body.span.end };
  return { kind: 'clause', attachPoints, ...(predicate === undefined ? {} : { predicate }), body, span };
}

function parseAttachPoint(cursor: TokenCursor): AttachPoint {
  const { text, span } = cursor.probeName((start) => fileProbes.test(start));
  if (text === '') cursor.unexpected('a probe');
  return { kind: 'attach-point', text, parts: text.split(':'), span };
}

/** Skips to where the clause that failed ends: its last `}`, or the end of the text. */
function skipClause(cursor: TokenCursor): void {
  let opened = cursor.braces > 0;
  while (cursor.current.kind !== 'end' && !(opened && cursor.braces <= 0)) {
    cursor.advance();
    if (cursor.braces > 0) opened = true;
  }
}
