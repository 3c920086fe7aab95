import type { Diagnostics } from '../source/diagnostic.ts';
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

const blank = /(?:[ \t\r\n\v\f]|\/\/[^\n]*)+/y;
const number = /[0-9][0-9A-Za-z_]*/y;
const identifier = /[A-Za-z_][A-Za-z0-9_]*/y;
const variable = /\$(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|#)/y;
const map = /@[A-Za-z0-9_]*/y;
const word = /[^\s,{}]+/y;
const path = /[^\s,{}/]+/y;

/** Reads tokens as the parser asks for them: what a probe is called and where a predicate ends depends on it. */
export class Lexer {
  readonly #text: string;
  readonly #diagnostics: Diagnostics;
  #at = 0;

  constructor(text: string, diagnostics: Diagnostics) {
    this.#text = text;
    this.#diagnostics = diagnostics;
    if (text.startsWith('#!')) {
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
    const numberText = this.#match(number);
    if (numberText !== undefined) return this.#number(start, numberText);
    for (const [kind, pattern] of [
      ['identifier', identifier],
      ['variable', variable],
      ['map', map],
    ] as const) {
      const text = this.#match(pattern);
      if (text !== undefined) return { kind, span: { start, end: this.#at }, text };
    }
    return this.#punctuation(start);
  }

  /**
   * Goes back to `offset` and reads the name of a probe, which may hold almost any character. `withSlashes`: of probes
   * that name a file; else `/` begins the predicate. Empty where there is none.
   */
  probeName(
    offset: number,
    withSlashes: (start: string) => boolean,
  ): { readonly text: string; readonly start: number } {
    this.#at = offset;
    this.#skipBlank();
    const start = this.#at;
    const text = this.#match(path) ?? '';
    if (this.#text[this.#at] === '/' && withSlashes(text)) {
      this.#at = start;
      return { text: this.#match(word) ?? '', start };
    }
    return { text, start };
  }

  #skipBlank(): void {
    for (;;) {
      this.#match(blank);
      if (!this.#text.startsWith('/*', this.#at)) return;
      const end = this.#text.indexOf('*/', this.#at + 2);
      if (end < 0) {
        this.#diagnostics.error('syntax', { start: this.#at, end: this.#at + 2 }, 'unterminated comment');
        this.#at = this.#text.length;
        return;
      }
      this.#at = end + 2;
    }
  }

  #string(start: number): Token {
    const scan = scanString(this.#text, start);
    this.#at = scan.end;
    const span = { start, end: scan.end };
    const text = this.#text.slice(start, scan.end);
    if (scan.kind === 'string') return { kind: 'string', span, text, value: scan.value };
    this.#diagnostics.error('syntax', { start: scan.at, end: scan.end }, scan.message);
    return { kind: 'invalid', span, text };
  }

  #number(start: number, text: string): Token {
    const span = { start, end: this.#at };
    const parsed = parseNumber(text);
    if ('value' in parsed) return { kind: 'integer', span, text, value: parsed.value };
    this.#diagnostics.error('syntax', span, parsed.error);
    return { kind: 'invalid', span, text };
  }

  #punctuation(start: number): Token {
    const text = punctuation.find((candidate) => this.#text.startsWith(candidate, start));
    if (text === undefined) {
      const character = String.fromCodePoint(this.#text.codePointAt(start) ?? 0xfffd);
      this.#at = start + character.length;
      const span = { start, end: this.#at };
      this.#diagnostics.error('syntax', span, `invalid character '${character}'`);
      return { kind: 'invalid', span, text: character };
    }
    this.#at = start + text.length;
    const span = { start, end: this.#at };
    if (text === '/' && this.#opensBlock()) return { kind: 'predicate-end', span, text };
    return { kind: 'punctuation', span, text };
  }

  #opensBlock(): boolean {
    const after = this.#at;
    blank.lastIndex = after;
    const match = blank.exec(this.#text);
    return this.#text[after + (match?.[0].length ?? 0)] === '{';
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0];
    if (text !== undefined) this.#at += text.length;
    return text;
  }
}
