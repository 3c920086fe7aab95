import type { Diagnostics } from '../source/diagnostic.ts';
import type { Span } from '../source/span.ts';
import type { Lexer } from './lexer.ts';
import type { Token } from './token.ts';

/** Thrown where the parser cannot go on, after the diagnostic was made; caught where a clause ends. */
export class SyntaxStop extends Error {}

/** Deepest nesting of blocks and of expressions, so that no pass over the tree runs out of stack. */
export const MAX_DEPTH = 200;

/** Tokens of a script: more take longer than anybody waits. */
const MAX_TOKENS = 200_000;

/** Thrown where a script has too much of something; nothing of it is read. */
export class TooLarge extends Error {}

/** Names that the text defined so far and that change how it is read. */
export interface KnownNames {
  /** `typedef` of the script. */
  isType(name: string): boolean;
  /** The value of a `#define` or enumerator of the script, where it is a number. */
  constant(name: string): bigint | undefined;
}

/** Where a cursor is, to go back to. */
interface Place {
  readonly current: Token;
  readonly previousEnd: number;
  readonly braces: number;
}

/** One token of look-ahead over a lexer. */
export class TokenCursor {
  readonly diagnostics: Diagnostics;
  readonly names: KnownNames;
  readonly #lexer: Lexer;
  #current: Token;
  #previousEnd = 0;
  #braces = 0;
  #depth = 0;
  #predicate = false;
  #tokens = 0;

  constructor(lexer: Lexer, diagnostics: Diagnostics, names: KnownNames) {
    this.diagnostics = diagnostics;
    this.names = names;
    this.#lexer = lexer;
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
    this.#current = this.#next();
    return token;
  }

  #next(): Token {
    if (++this.#tokens > MAX_TOKENS) {
      const message = `a script has at most ${MAX_TOKENS} words and signs`;
      // Of what is wrong besides this is only the end.
      if (!this.diagnostics.hasErrors) this.diagnostics.error('too-large', this.#current.span, message);
      throw new TooLarge();
    }
    return this.#lexer.next();
  }

  at(text: string): boolean {
    const { kind } = this.#current;
    return (kind === 'punctuation' || kind === 'identifier' || kind === 'predicate-end') && this.#current.text === text;
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

  /** A name; keywords too, where only a name can be. */
  expectIdentifier(wanted = 'identifier'): Token {
    return this.#current.kind === 'identifier' ? this.advance() : this.unexpected(wanted);
  }

  /** Whether the `/` here ends the predicate that is being read. */
  get atPredicateEnd(): boolean {
    return this.#predicate && this.#current.kind === 'predicate-end';
  }

  /** Parses what is between the two `/` of a predicate. */
  predicate<T>(parse: () => T): T {
    this.#predicate = true;
    try {
      return parse();
    } finally {
      this.#predicate = false;
    }
  }

  /** What `parse` gives; where that is undefined, nothing was read. It must not report anything. */
  attempt<T>(parse: () => T | undefined): T | undefined {
    const place: Place = { current: this.#current, previousEnd: this.#previousEnd, braces: this.#braces };
    const result = parse();
    if (result === undefined) {
      this.#current = place.current;
      this.#previousEnd = place.previousEnd;
      this.#braces = place.braces;
      this.#lexer.seek(place.current.span.end);
    }
    return result;
  }

  /** Reads the name of a probe from where the current token begins. */
  probeName(): { readonly text: string; readonly span: Span } {
    const { text, start } = this.#lexer.probeName(this.#current.span.start);
    this.#previousEnd = start + text.length;
    this.#current = this.#next();
    return { text, span: { start, end: this.#previousEnd } };
  }

  unexpected(wanted: string): never {
    if (this.#current.kind === 'invalid') throw new SyntaxStop();
    return this.stop(this.#current.span, `syntax: expected ${wanted}`);
  }

  stop(span: Span, message: string, hint?: string): never {
    this.diagnostics.error('syntax', span, message, hint);
    throw new SyntaxStop();
  }

  /** Parses something that may hold itself. */
  nested<T>(parse: () => T): T {
    if (++this.#depth > MAX_DEPTH) {
      this.#depth = 0;
      this.stop(this.#current.span, `syntax: nested more than ${MAX_DEPTH} deep`);
    }
    try {
      return parse();
    } finally {
      this.#depth = Math.max(0, this.#depth - 1);
    }
  }
}
