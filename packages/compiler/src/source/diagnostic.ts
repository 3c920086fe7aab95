import type { Span } from './span.ts';
import type { SourceText } from './text.ts';

export type Severity = 'error' | 'warning';

/** Stable names of what can be wrong with a script. */
export type DiagnosticCode =
  | 'syntax'
  | 'too-large'
  | 'unsupported'
  | 'unknown-probe'
  | 'invalid-probe'
  | 'no-match'
  /** A program or library to probe is not on this node, or cannot be read. */
  | 'no-program'
  /** The script has no probe at all. */
  | 'no-probes'
  | 'too-many-probes'
  | 'unknown-name'
  | 'unknown-field'
  | 'undefined-variable'
  | 'undefined-map'
  | 'type-mismatch'
  | 'invalid-argument'
  | 'invalid-use'
  | 'limit'
  /** About what the script was called with, or how it is configured. */
  | 'options';

/** Something to tell the author of a script. Lines and columns count from 1; the end column is exclusive. */
export interface Diagnostic extends Extent {
  readonly severity: Severity;
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string;
  readonly span: Span;
  /** Uses of macros and functions that it was written out for, the innermost first. */
  readonly from?: readonly Extent[];
}

/** Lines are those of the whole text, whatever files it is made of. */
export interface Extent {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** How many diagnostics one script may have; the rest would only repeat the same mistake. */
const MAX_DIAGNOSTICS = 200;

/** Hints that search for similar names are only made for so many. */
const MAX_SEARCHED_HINTS = 20;

/** Something to add to a message, or a search for it, which is only made where the message is kept. */
export type Hint = string | undefined | (() => string | undefined);

/** Collects what passes find, once each: a clause with many probes is checked many times. */
export class Diagnostics {
  readonly #source: SourceText;
  #searched = 0;
  #found = new Map<string, Diagnostic>();

  constructor(source: SourceText) {
    this.#source = source;
  }

  error(code: DiagnosticCode, span: Span, message: string, hint?: Hint): void {
    this.#add('error', code, span, message, hint);
  }

  warning(code: DiagnosticCode, span: Span, message: string, hint?: Hint): void {
    this.#add('warning', code, span, message, hint);
  }

  /** Keeps what `work` finds to itself. The function that is returned tells it after all. */
  held(work: () => void): () => void {
    const outer = this.#found;
    const found = new Map<string, Diagnostic>();
    this.#found = found;
    try {
      work();
    } finally {
      this.#found = outer;
    }
    return () => {
      for (const [key, diagnostic] of found) {
        if (!this.#found.has(key) && this.#found.size < MAX_DIAGNOSTICS) this.#found.set(key, diagnostic);
      }
    };
  }

  get hasErrors(): boolean {
    return [...this.#found.values()].some((diagnostic) => diagnostic.severity === 'error');
  }

  /** In the order of the source. */
  list(): Diagnostic[] {
    return [...this.#found.values()].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  }

  #search(hint: () => string | undefined): string | undefined {
    return ++this.#searched > MAX_SEARCHED_HINTS ? undefined : hint();
  }

  #add(severity: Severity, code: DiagnosticCode, span: Span, message: string, hint?: Hint): void {
    const uses = [...usesOf(span)];
    const key = `${[span, ...uses].map(({ start, end }) => `${start} ${end}`).join()} ${message}`;
    if (this.#found.has(key) || this.#found.size >= MAX_DIAGNOSTICS) return;
    const text = typeof hint === 'function' ? this.#search(hint) : hint;
    this.#found.set(key, {
      severity,
      code,
      message,
      ...(text === undefined ? {} : { hint: text }),
      span,
      ...extentOf(this.#source, span),
      ...(uses.length === 0 ? {} : { from: uses.map((use) => extentOf(this.#source, use)) }),
    });
  }
}

export function extentOf(source: SourceText, span: Span): Extent {
  const start = source.position(span.start);
  const end = source.position(Math.max(span.end, span.start));
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}

function* usesOf(span: Span): Generator<Span> {
  for (let use = span.from; use !== undefined; use = use.from) yield use;
}
