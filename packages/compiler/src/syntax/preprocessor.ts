import type { Diagnostics } from '../source/diagnostic.ts';
import type { Span } from '../source/span.ts';
import { type MarkedFile, markedFile } from '../source/text.ts';
import type { DefineDefinition, Expression } from './ast.ts';
import { type ConstantLookup, evaluateConstant } from './constant.ts';
import type { Directives } from './lexer.ts';
import { systemConstants } from './system-headers.ts';

const headerHint = 'headers are looked for beside the file that includes them, in this folder and in those of -I';

/** Deepest nesting of `#if`. */
const MAX_CONDITIONS = 200;

/** `#include` needs no file: these are what the kernel's own headers define, and the types come from BTF. */
const predefined: ReadonlyMap<string, bigint> = new Map([
  ['BPFTRACE_HAVE_BTF', 1n],
  ['__linux__', 1n],
]);

/** A file within the text, from an offset on. */
export interface StartedFile extends MarkedFile {
  readonly start: number;
}

interface Condition {
  readonly span: Span;
  /** A branch was taken: the next ones are not. */
  taken: boolean;
}

/** Parses the expression between two offsets; undefined where the text is none. */
type ParseText = (start: number, end: number) => Expression | undefined;

/**
 * The lines of a script that begin with `#`, as C's preprocessor reads them, but for what a name stands for: that is an
 * expression and not a text, so `#define A 1 + 2` makes `A * 2` six, as it does in bpftrace.
 */
export class Preprocessor implements Directives {
  readonly #text: string;
  readonly #diagnostics: Diagnostics;
  readonly #parse: ParseText;
  readonly #defines = new Map<string, DefineDefinition>();
  readonly #lines: Span[] = [];
  readonly #files: StartedFile[] = [];
  readonly #conditions: Condition[] = [];
  /** Where the text goes on after each directive: the parser may come by twice. */
  readonly #done = new Map<number, number>();

  constructor(text: string, diagnostics: Diagnostics, parse: ParseText) {
    this.#text = text;
    this.#diagnostics = diagnostics;
    this.#parse = parse;
  }

  /** What is defined at the end, in the order of the source. */
  get defines(): readonly DefineDefinition[] {
    return [...this.#defines.values()];
  }

  /** Where `#include`, `#define` and `#undef` are. */
  get lines(): readonly Span[] {
    return this.#lines;
  }

  /** Where the text goes on with another file, in its order. */
  get files(): readonly StartedFile[] {
    return this.#files;
  }

  defined(name: string): DefineDefinition | undefined {
    return this.#defines.get(name);
  }

  skip(at: number): number {
    const known = this.#done.get(at);
    if (known !== undefined) return known;
    const end = lineEnd(this.#text, at);
    const next = this.#directive(at, end);
    this.#done.set(at, next);
    return next;
  }

  /** Reports what is left open at the end of the text. */
  finish(): void {
    for (const { span } of this.#conditions) this.#error(span, 'unterminated conditional directive');
  }

  #directive(at: number, end: number): number {
    const match = /^#[ \t]*([A-Za-z_]*)[ \t]*/.exec(this.#text.slice(at, Math.min(end, at + 200)));
    const word = match?.[1] ?? '';
    const rest = at + (match?.[0].length ?? 1);
    const span = { start: at, end };
    switch (word) {
      case 'include':
        this.#include(rest, span);
        break;
      case 'define':
        this.#define(rest, end, at);
        break;
      case 'undef':
        this.#lines.push(span);
        this.#defines.delete(this.#name(rest, end));
        break;
      case 'if':
      case 'ifdef':
      case 'ifndef':
        return this.#open(word, rest, span);
      case 'elif':
      case 'else':
      case 'endif':
        return this.#closeBranch(word, span);
      case 'error':
        this.#error(span, this.#text.slice(rest, end).trim());
        break;
      case 'warning':
        this.#diagnostics.warning('syntax', span, this.#text.slice(rest, end).trim());
        break;
      case 'pragma':
        if (/^pack\b/.test(this.#text.slice(rest, end))) this.#error(span, "'#pragma pack' is not supported");
        break;
      case 'line':
        break;
      default:
        this.#otherLine(word, rest, span);
    }
    return end;
  }

  #otherLine(word: string, rest: number, { start, end }: Span): void {
    const file = markedFile(this.#text.slice(start, end));
    if (file !== undefined) this.#files.push({ ...file, start: end });
    else if (this.#text[start + 1] === '!' && this.#files.at(-1)?.start === start - 1) return;
    else if (word !== '' || this.#text.slice(rest, end).trim() !== '') {
      if (!/^[0-9]/.test(this.#text.slice(rest, end))) this.#error({ start, end }, 'invalid preprocessing directive');
    }
  }

  #error(span: Span, message: string): void {
    this.#diagnostics.error('syntax', span, message);
  }

  #name(at: number, end: number): string {
    return /^[A-Za-z_][A-Za-z0-9_]*/.exec(this.#text.slice(at, end))?.[0] ?? '';
  }

  /** Kernel headers only bring types and constants, which BTF has; other headers that are there are in the text. */
  #include(at: number, span: Span): void {
    this.#lines.push(span);
    const rest = this.#text.slice(at, span.end).trim();
    const [, system] = /^<([^>]+)>/.exec(rest) ?? [];
    if (system !== undefined) {
      this.#defineSystem(system, span);
      return;
    }
    const [, own] = /^"([^"]+)"/.exec(rest) ?? [];
    if (own === undefined) this.#error(span, 'expected "FILENAME" or <FILENAME>');
    else this.#diagnostics.error('unsupported', span, `'${own}' file not found`, headerHint);
  }

  /** Of what a header of the system defines, the names that the text has. */
  #defineSystem(header: string, span: Span): void {
    for (const [name, constant] of systemConstants(header)) {
      if (this.#defines.has(name) || !this.#text.includes(name)) continue;
      const value: Expression = { kind: 'integer', value: constant, text: constant.toString(), span };
      this.#defines.set(name, { kind: 'define-definition', name, value, span });
    }
  }

  #define(at: number, end: number, start: number): void {
    const name = this.#name(at, end);
    const span = { start, end };
    this.#lines.push(span);
    if (name === '') {
      this.#error(span, 'macro name missing');
      return;
    }
    const after = at + name.length;
    // With arguments: it is not expanded, and where it is used it is an unknown function.
    const value = this.#text[after] === '(' ? undefined : this.#parse(after, end);
    this.#defines.delete(name);
    this.#defines.set(name, { kind: 'define-definition', name, ...(value === undefined ? {} : { value }), span });
  }

  #open(word: string, rest: number, span: Span): number {
    if (this.#conditions.length >= MAX_CONDITIONS) {
      this.#error(span, `conditional directives nested more than ${MAX_CONDITIONS} deep`);
      return this.#text.length;
    }
    const holds = this.#holds(word, rest, span.end);
    this.#conditions.push({ span, taken: holds });
    return holds ? span.end : this.#skipBranch(span.end);
  }

  #holds(word: string, rest: number, end: number): boolean {
    if (word !== 'if' && word !== 'elif') {
      const name = this.#name(rest, end);
      return (this.#defines.has(name) || predefined.has(name)) === (word === 'ifdef');
    }
    const expression = this.#parse(rest, end);
    const value = expression === undefined ? undefined : evaluateConstant(this.#withDefined(expression), this.#lookup);
    if (value !== undefined) return value !== 0n;
    this.#error({ start: rest, end }, 'this condition of the preprocessor is not supported');
    return false;
  }

  /** Names that are not defined are zero. */
  readonly #lookup: ConstantLookup = (name) => {
    const define = this.#defines.get(name);
    return define === undefined ? (predefined.get(name) ?? 0n) : (define.value ?? 0n);
  };

  /** `defined(X)` and the `defined X` of operators around it. */
  #withDefined(expression: Expression): Expression {
    switch (expression.kind) {
      case 'call': {
        const [argument] = expression.arguments;
        if (expression.name !== 'defined' || argument?.kind !== 'identifier') return expression;
        const known = this.#defines.has(argument.name) || predefined.has(argument.name);
        return { kind: 'boolean', value: known, span: expression.span };
      }
      case 'unary':
        return { ...expression, operand: this.#withDefined(expression.operand) };
      case 'binary':
        return { ...expression, left: this.#withDefined(expression.left), right: this.#withDefined(expression.right) };
      default:
        return expression;
    }
  }

  /** At `#elif`, `#else` or `#endif` after a branch that was read. */
  #closeBranch(word: string, span: Span): number {
    const condition = this.#conditions.at(-1);
    if (condition === undefined) {
      this.#error(span, `#${word} without #if`);
      return span.end;
    }
    if (word === 'endif') {
      this.#conditions.pop();
      return span.end;
    }
    return this.#skipBranch(span.start);
  }

  /** From the end of a branch that is not read to the next one that is, or after `#endif`. */
  #skipBranch(from: number): number {
    let depth = 0;
    const line = /^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b[ \t]*/gm;
    line.lastIndex = from;
    for (let match = line.exec(this.#text); match !== null; match = line.exec(this.#text)) {
      const word = match[1] ?? '';
      const end = lineEnd(this.#text, match.index);
      if (word.startsWith('if')) {
        depth++;
      } else if (depth > 0) {
        if (word === 'endif') depth--;
      } else if (this.#takesBranch(word, match.index + match[0].length, end)) {
        return end;
      }
      line.lastIndex = end;
    }
    return this.#text.length;
  }

  #takesBranch(word: string, rest: number, end: number): boolean {
    const condition = this.#conditions.at(-1);
    if (word === 'endif') {
      this.#conditions.pop();
      return true;
    }
    if (condition === undefined || condition.taken) return false;
    if (word === 'elif' && !this.#holds(word, rest, end)) return false;
    condition.taken = true;
    return true;
  }
}

/** The end of a line, where a backslash at its end joins the next one to it. */
function lineEnd(text: string, from: number): number {
  for (let at = text.indexOf('\n', from); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (!/\\\r?$/.test(text.slice(Math.max(from, at - 2), at))) return at;
  }
  return text.length;
}
