import type { Diagnostics } from '../source/diagnostic.ts';
import type { Span } from '../source/span.ts';
import { Lexer } from './lexer.ts';
import type { Token } from './token.ts';

/** Thrown where the parser cannot go on, after the diagnostic was made; caught where a clause ends. */
export class SyntaxStop extends Error {}

/** Deepest nesting of blocks and of expressions, so that no pass over the tree runs out of stack. */
export const MAX_DEPTH = 200;

/** One token of look-ahead over a lexer. */
export class TokenCursor {
  readonly diagnostics: Diagnostics;
  readonly #lexer: Lexer;
  #current: Token;
  #previousEnd = 0;
  #braces = 0;
  #depth = 0;

  constructor(text: string, diagnostics: Diagnostics) {
    this.diagnostics = diagnostics;
    this.#lexer = new Lexer(text, diagnostics);
    this.#current = this.#lexer.next();
  }

  get current(): Token {
    return this.#current;
  }

  /** Where the token before the current one ends. */
  get previousEnd(): number {
    return this.#previousEnd;
  }

  /** How many `{` are open. */
  get braces(): number {
    return this.#braces;
  }

  advance(): Token {
    const token = this.#current;
    if (token.kind === 'punctuation' && token.text === '{') this.#braces++;
    if (token.kind === 'punctuation' && token.text === '}') this.#braces = Math.max(0, this.#braces - 1);
    this.#previousEnd = token.span.end;
    this.#current = this.#lexer.next();
    return token;
  }

  at(text: string): boolean {
    return (this.#current.kind === 'punctuation' || this.#current.kind === 'identifier') && this.#current.text === text;
  }

  /** Takes the token where it is this one. */
  take(text: string): boolean {
    if (!this.at(text)) return false;
    this.advance();
    return true;
  }

  expect(text: string): Token {
    if (this.at(text)) return this.advance();
    return this.unexpected(`'${text}'`);
  }

  /** Reads the name of a probe from where the current token begins. */
  probeName(withSlashes: (start: string) => boolean): { readonly text: string; readonly span: Span } {
    const { text, start } = this.#lexer.probeName(this.#current.span.start, withSlashes);
    this.#previousEnd = start + text.length;
    this.#current = this.#lexer.next();
    return { text, span: { start, end: this.#previousEnd } };
  }

  unexpected(wanted: string): never {
    const token = this.#current;
    if (token.kind === 'invalid') throw new SyntaxStop();
    const found = token.kind === 'end' ? 'end of file' : `'${clip(token.text)}'`;
    return this.stop(token.span, `syntax error, unexpected ${found}, expected ${wanted}`);
  }

  stop(span: Span, message: string, hint?: string): never {
    this.diagnostics.error('syntax', span, message, hint);
    throw new SyntaxStop();
  }

  /** Parses something that may hold itself. */
  nested<T>(parse: () => T): T {
    if (++this.#depth > MAX_DEPTH) {
      this.#depth = 0;
      this.stop(this.#current.span, `nested more than ${MAX_DEPTH} deep`);
    }
    try {
      return parse();
    } finally {
      this.#depth = Math.max(0, this.#depth - 1);
    }
  }
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
