import { Diagnostics } from '../source/diagnostic.ts';
import type { Span } from '../source/span.ts';
import { SourceText } from '../source/text.ts';
import type {
  AttachPoint,
  CDefinition,
  Clause,
  ConfigEntry,
  Expression,
  FunctionDefinition,
  Import,
  Macro,
  MapDeclaration,
  Script,
} from './ast.ts';
import { attachPointParts } from './attach-point-text.ts';
import { evaluateConstant } from './constant.ts';
import { Lexer } from './lexer.ts';
import { parseBlock } from './parse-block.ts';
import { parseConfig } from './parse-config.ts';
import { type DefinitionSink, parseDefinition, parseTypedef } from './parse-definition.ts';
import { parseExpression } from './parse-expression.ts';
import { parseFunction } from './parse-function.ts';
import { parseMacro, parseMapDeclaration } from './parse-macro.ts';
import { Preprocessor, type StartedFile } from './preprocessor.ts';
import { quote } from './string-literal.ts';
import { type KnownNames, SyntaxStop, TokenCursor, TooLarge } from './token-cursor.ts';

/** Characters of source; a script is written by a person. */
const MAX_SOURCE = 1_000_000;

const lateDefinition = 'syntax: C definitions must appear before probes and functions';

/** Parses a whole script. After a mistake it goes on with the next clause; any text gives a tree. */
export function parseScript(text: string, diagnostics: Diagnostics): Script {
  if (text.length > MAX_SOURCE) {
    diagnostics.error('too-large', { start: 0, end: 0 }, `a script has at most ${MAX_SOURCE} characters`);
    return { ...new Parts(), kind: 'script', span: { start: 0, end: text.length } };
  }
  try {
    return new ScriptParser(text, diagnostics).parse();
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    return { ...new Parts(), kind: 'script', span: { start: 0, end: text.length } };
  }
}

/** An expression that is the whole text between two offsets; undefined where it is none. */
function parseText(text: string, start: number, end: number): Expression | undefined {
  const diagnostics = new Diagnostics(new SourceText(''));
  const names = { isType: () => false, constant: () => undefined };
  try {
    const cursor = new TokenCursor(new Lexer(text.slice(0, end), diagnostics, undefined, start), diagnostics, names);
    const expression = parseExpression(cursor);
    return cursor.current.kind === 'end' && !diagnostics.hasErrors ? expression : undefined;
  } catch (error) {
    if (error instanceof SyntaxStop) return undefined;
    throw error;
  }
}

/** Words that begin what is taken from C. */
const definitionWords: ReadonlySet<string> = new Set(['struct', 'union', 'enum', 'typedef']);

class Parts {
  readonly imports: Import[] = [];
  readonly clauses: Clause[] = [];
  readonly macros: Macro[] = [];
  readonly functions: FunctionDefinition[] = [];
  readonly config: ConfigEntry[] = [];
  readonly mapDeclarations: MapDeclaration[] = [];
  readonly definitions: CDefinition[] = [];
}

class ScriptParser implements KnownNames, DefinitionSink {
  readonly #parts = new Parts();
  readonly #text: string;
  readonly #diagnostics: Diagnostics;
  readonly #preprocessor: Preprocessor;
  readonly #cursor: TokenCursor;
  readonly #types = new Set<string>();
  readonly #enumerators = new Map<string, bigint>();
  #configured = false;
  /** Where the first probe, macro or function of each file begins, by where the file does. */
  readonly #begun = new Map<number, number>();

  constructor(text: string, diagnostics: Diagnostics) {
    this.#text = text;
    this.#diagnostics = diagnostics;
    this.#preprocessor = new Preprocessor(text, diagnostics, (start, end) => parseText(text, start, end));
    this.#cursor = new TokenCursor(new Lexer(text, diagnostics, this.#preprocessor), diagnostics, this);
  }

  parse(): Script {
    const cursor = this.#cursor;
    while (cursor.current.kind !== 'end') {
      const { start } = cursor.current.span;
      try {
        this.#item();
      } catch (error) {
        if (!(error instanceof SyntaxStop)) throw error;
        skipItem(cursor, start);
      }
    }
    this.#preprocessor.finish();
    this.#checkOrder();
    const definitions = [...this.#parts.definitions, ...this.#preprocessor.defines];
    definitions.sort((a, b) => a.span.start - b.span.start);
    if (this.#parts.clauses.length === 0 && !this.#diagnostics.hasErrors) {
      const hint = 'write one, such as BEGIN { ... }';
      this.#diagnostics.error('no-probes', { start: 0, end: 0 }, 'No probes to attach', hint);
    }
    return { kind: 'script', ...this.#parts, definitions, span: { start: 0, end: this.#text.length } };
  }

  isType(name: string): boolean {
    return this.#types.has(name);
  }

  constant(name: string): bigint | undefined {
    const enumerator = this.#enumerators.get(name);
    if (enumerator !== undefined) return enumerator;
    const value = this.#preprocessor.defined(name)?.value;
    if (value === undefined) return undefined;
    return evaluateConstant(value, (inner) => this.#enumerators.get(inner) ?? this.#preprocessor.defined(inner)?.value);
  }

  enumerator(name: string, value: bigint): void {
    this.#enumerators.set(name, value);
  }

  typedef(name: string): void {
    this.#types.add(name);
  }

  #item(): void {
    const cursor = this.#cursor;
    const { span } = cursor.current;
    const word = this.#definitionWord();
    if (!definitionWords.has(word ?? '') && this.#fileOf(span).header) {
      skipDeclaration(cursor);
      return;
    }
    switch (word) {
      case 'config':
        this.#config();
        break;
      case 'struct':
      case 'union':
      case 'enum': {
        const definition = parseDefinition(cursor, this);
        this.#parts.definitions.push(definition);
        if (this.#hasBegun(span)) this.#diagnostics.error('syntax', definition.span, lateDefinition);
        break;
      }
      case 'typedef':
        for (const definition of parseTypedef(cursor, this)) this.#parts.definitions.push(definition);
        break;
      case 'macro':
        this.#begin(span);
        this.#parts.macros.push(parseMacro(cursor));
        break;
      case 'let':
        this.#parts.mapDeclarations.push(parseMapDeclaration(cursor));
        break;
      case 'fn':
        this.#begin(span);
        this.#parts.functions.push(parseFunction(cursor));
        break;
      case 'import':
        if (this.#hasBegun(span) || this.#parts.mapDeclarations.some((one) => this.#isOfFile(one.span, span))) {
          cursor.stop(span, 'syntax: root imports must appear before probes and functions');
        }
        this.#import();
        break;
      default:
        this.#begin(span);
        this.#parts.clauses.push(parseClause(cursor));
    }
  }

  #import(): void {
    const parsed = parseImport(this.#cursor);
    this.#parts.imports.push(parsed);
    // A text that is made of files has them all.
    if (isLibrary(parsed.path) || this.#preprocessor.files.length > 0) return;
    const hint = 'give the script to bpfleet as a file or with -e: it reads what is imported and sends one text';
    this.#diagnostics.error('unsupported', parsed.span, `there is no file ${quote(parsed.path)} here to import`, hint);
  }

  #fileOf({ start }: Span): StartedFile {
    return this.#preprocessor.files.findLast((file) => file.start <= start) ?? { start: 0, name: '', header: false };
  }

  #isOfFile(one: Span, other: Span): boolean {
    return this.#fileOf(one).start === this.#fileOf(other).start;
  }

  /** Notes that a probe, macro or function begins. */
  #begin(span: Span): void {
    const file = this.#fileOf(span);
    if (!this.#begun.has(file.start)) this.#begun.set(file.start, span.start);
  }

  /** Whether a probe, macro or function of the same file comes before. */
  #hasBegun(span: Span): boolean {
    return (this.#begun.get(this.#fileOf(span).start) ?? span.start) < span.start;
  }

  /** The word an item begins with, unless a probe is what follows: `config:x` is none of the config. */
  #definitionWord(): string | undefined {
    const { kind, text, span } = this.#cursor.current;
    if (kind !== 'identifier' || this.#text[span.end] === ':') return undefined;
    return text;
  }

  #config(): void {
    const { span } = this.#cursor.current;
    const message = this.#misplacedConfig(span);
    if (message !== undefined) this.#diagnostics.error('syntax', span, message);
    this.#configured = true;
    for (const entry of parseConfig(this.#cursor)) this.#parts.config.push(entry);
  }

  #misplacedConfig(span: Span): string | undefined {
    if (this.#fileOf(span).name !== '') return 'invalid `config` within import';
    if (this.#hasBegun(span)) return 'syntax: config must appear before probes and functions';
    return this.#configured ? 'syntax: duplicate config block' : undefined;
  }

  #checkOrder(): void {
    for (const span of this.#preprocessor.lines) {
      if (this.#hasBegun(span)) this.#diagnostics.error('syntax', span, lateDefinition);
    }
  }
}

function parseImport(cursor: TokenCursor): Import {
  const { start } = cursor.expect('import').span;
  const path = cursor.current;
  if (path.kind !== 'string') cursor.unexpected('import path');
  cursor.advance();
  const { span } = cursor.current;
  if (!cursor.take(';')) cursor.diagnostics.error('syntax', span, "syntax: expected ';' after import");
  return { kind: 'import', path: path.value, span: { start, end: path.span.end } };
}

/** Whether an import names bpftrace's own library, which is built in. */
export function isLibrary(path: string): boolean {
  return /^stdlib(?:\/|$)/.test(path);
}

function parseClause(cursor: TokenCursor): Clause {
  const { start } = cursor.current.span;
  const attachPoints: AttachPoint[] = [];
  do {
    if (attachPoints.length > 0 && (cursor.at('{') || cursor.at('/'))) break;
    attachPoints.push(parseAttachPoint(cursor));
  } while (cursor.take(','));
  const predicate = cursor.take('/') ? parsePredicate(cursor) : undefined;
  const body = parseBlock(cursor);
  const span = { start, end: body.span.end };
  return { kind: 'clause', attachPoints, ...(predicate === undefined ? {} : { predicate }), body, span };
}

function parsePredicate(cursor: TokenCursor): Expression {
  return cursor.predicate(() => {
    const predicate = parseExpression(cursor);
    if (!cursor.atPredicateEnd) cursor.unexpected(cursor.at('/') ? "'{'" : "'/' to close predicate");
    cursor.advance();
    return predicate;
  });
}

function parseAttachPoint(cursor: TokenCursor): AttachPoint {
  const { text, span } = cursor.probeName();
  if (text === '') cursor.unexpected('attach point');
  return { kind: 'attach-point', text, parts: attachPointParts(text), span };
}

/** Skips a declaration of C that defines no type: a function with or without a body, a variable. */
function skipDeclaration(cursor: TokenCursor): void {
  const outside = cursor.braces;
  while (cursor.current.kind !== 'end') {
    const { text, kind } = cursor.advance();
    if (kind === 'punctuation' && (text === ';' || text === '}') && cursor.braces <= outside) return;
  }
}

/** Skips to where the item that failed ends: its last `}` or, before any `{`, its semicolon; or the end of the text. */
function skipItem(cursor: TokenCursor, start: number): void {
  let opened = cursor.braces > 0;
  let moved = cursor.current.span.start > start;
  while (cursor.current.kind !== 'end' && !(opened && cursor.braces <= 0)) {
    if (!opened && moved && cursor.take(';')) return;
    cursor.advance();
    moved = true;
    if (cursor.braces > 0) opened = true;
  }
}
