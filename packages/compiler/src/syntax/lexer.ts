import type { Diagnostics } from '../source/diagnostic.ts';
import { attachPointEnd } from './attach-point-text.ts';
import { parseNumber } from './number-literal.ts';
import { scanString } from './string-literal.ts';
import type { Token } from './token.ts';

/** Longest first, so that `>>=` is not read as `>>` and `=`. */
const punctuation = [
  ...['<<=', '>>=', '...'],
  ...['->', '++', '--', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '==', '!=', '<=', '>=', '&&', '||', '<<'],
  ...['>>', '..', '::'],
  ...['{', '}', '(', ')', '[', ']', ',', ';', ':', '?', '.', '+', '-', '*', '/', '%', '&', '|', '^', '~', '!', '='],
  ...['<', '>', '#'],
];

/** Those that begin with each character. */
const punctuationByFirst = new Map<string, string[]>();
for (const text of punctuation) {
  const first = text.charAt(0);
  punctuationByFirst.set(first, [...(punctuationByFirst.get(first) ?? []), text]);
}

/** A backslash at the end of a line goes on with the next one, as in `#define`. */
const blank = /(?:[ \t\r\n\v\f]|\\\r?\n|\/\/[^\n]*)+/y;
const number = /[0-9][0-9A-Za-z_]*/y;
const identifier = /[A-Za-z_][A-Za-z0-9_]*/y;
const variable = /\$(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|#)/y;
const map = /@(?:[A-Za-z_][A-Za-z0-9_]*)?/y;

/** Handles a line that begins with `#`: gives the offset where the text goes on. */
export interface Directives {
  skip(at: number): number;
}

/** Reads tokens as the parser asks for them: what a probe is called and where a predicate ends depends on it. */
export class Lexer {
  readonly #text: string;
  readonly #diagnostics: Diagnostics;
  readonly #directives: Directives | undefined;
  #at: number;

  /** Without `directives`, `#` is a character like another. `start`: the offset to begin at. */
  constructor(text: string, diagnostics: Diagnostics, directives?: Directives, start = 0) {
    this.#text = text;
    this.#diagnostics = diagnostics;
    this.#directives = directives;
    this.#at = start;
    if (start === 0 && text.startsWith('#!')) {
      const end = text.indexOf('\n');
      this.#at = end < 0 ? text.length : end;
    }
  }

  next(): Token {
    this.#skipBlank();
    const start = this.#at;
    const first = this.#text[start];
    if (first === undefined) return { kind: 'end', span: { start, end: start }, text: '' };
    if (first === '"') return this.#string(start);
    if (first >= '0' && first <= '9') return this.#number(start, this.#match(number) ?? first);
    const kind = first === '$' ? 'variable' : first === '@' ? 'map' : 'identifier';
    const text = this.#match(kind === 'variable' ? variable : kind === 'map' ? map : identifier);
    if (text !== undefined) return { kind, span: { start, end: this.#at }, text };
    return this.#punctuation(start);
  }

  /** Goes on reading at an offset where a token began or ended. */
  seek(offset: number): void {
    this.#at = offset;
  }

  /** Goes to `offset` and reads the name of a probe, which may hold almost any character. Empty where there is none. */
  probeName(offset: number): { readonly text: string; readonly start: number } {
    this.#at = offset;
    this.#skipBlank();
    const start = this.#at;
    this.#at = attachPointEnd(this.#text, start);
    return { text: this.#text.slice(start, this.#at), start };
  }

  #skipBlank(): void {
    for (;;) {
      const first = this.#text[this.#at];
      if (first === undefined || (first > '/' && first !== '\\')) return;
      this.#match(blank);
      if (this.#text[this.#at] === '#' && this.#directives !== undefined && this.#beginsLine()) {
        this.#at = this.#directives.skip(this.#at);
      } else if (this.#text.startsWith('/*', this.#at)) {
        this.#skipComment();
      } else {
        return;
      }
    }
  }

  #skipComment(): void {
    const end = this.#text.indexOf('*/', this.#at + 2);
    if (end >= 0) {
      this.#at = end + 2;
      return;
    }
    this.#diagnostics.error('syntax', { start: this.#at, end: this.#at + 2 }, 'syntax: unterminated comment');
    this.#at = this.#text.length;
  }

  #beginsLine(): boolean {
    for (let at = this.#at - 1; at >= 0; at--) {
      const character = this.#text[at];
      if (character === '\n') return true;
      if (character !== ' ' && character !== '\t') return false;
    }
    return true;
  }

  #string(start: number): Token {
    const scan = scanString(this.#text, start);
    this.#at = scan.end;
    const span = { start, end: scan.end };
    const text = this.#text.slice(start, scan.end);
    for (const fault of scan.faults) {
      this.#diagnostics.error('syntax', { start: fault.at, end: fault.end }, `syntax: ${fault.message}`);
    }
    return text.length > 1 && text.endsWith('"') && scan.faults.at(-1)?.at !== start
      ? { kind: 'string', span, text, value: scan.value }
      : { kind: 'invalid', span, text };
  }

  #number(start: number, text: string): Token {
    const span = { start, end: this.#at };
    const parsed = parseNumber(text);
    if ('value' in parsed) return { kind: 'integer', span, text, value: parsed.value };
    this.#diagnostics.error('syntax', { start: start + parsed.offset, end: span.end }, `syntax: ${parsed.error}`);
    // The mistake is told; one in what follows is another.
    return { kind: 'integer', span, text, value: 0n };
  }

  #punctuation(start: number): Token {
    const candidates = punctuationByFirst.get(this.#text.charAt(start));
    const text = candidates?.find((candidate) => this.#text.startsWith(candidate, start));
    if (text === undefined) {
      const character = String.fromCodePoint(this.#text.codePointAt(start) ?? 0xfffd);
      this.#at = start + character.length;
      const span = { start, end: this.#at };
      this.#diagnostics.error('syntax', span, `syntax: invalid character '${character}'`);
      return { kind: 'invalid', span, text: character };
    }
    this.#at = start + text.length;
    const span = { start, end: this.#at };
    if (text === '/' && this.#opensBlock()) return { kind: 'predicate-end', span, text };
    return { kind: 'punctuation', span, text };
  }

  /** Whether `{` follows, after blanks and comments. */
  #opensBlock(): boolean {
    const after = this.#at;
    for (;;) {
      this.#match(blank);
      const end = this.#text.startsWith('/*', this.#at) ? this.#text.indexOf('*/', this.#at + 2) : -1;
      if (end < 0) break;
      this.#at = end + 2;
    }
    const opens = this.#text[this.#at] === '{';
    this.#at = after;
    return opens;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0];
    if (text !== undefined) this.#at += text.length;
    return text;
  }
}
