import type { TextSink } from './trace-output.ts';

type Level = 'ERROR' | 'WARNING';

/** Colours of bpftrace's messages: the line that says what it is about, not the source under it. */
const COLOURS: Readonly<Record<Level, string>> = { ERROR: '\x1b[31m', WARNING: '\x1b[33m' };
const PLAIN = '\x1b[0m';

/** Messages about the trace, on stderr. */
export class Messages {
  readonly #sink: TextSink;
  readonly #coloured: boolean;
  readonly #warnings: boolean;

  constructor(sink: TextSink, { coloured = false, warnings = true } = {}) {
    this.#sink = sink;
    this.#coloured = coloured;
    this.#warnings = warnings;
  }

  error(message: string, hint?: string): void {
    this.#tell('ERROR', `ERROR: ${message}`, hint === undefined ? '' : `HINT: ${hint}\n`);
  }

  warning(message: string): void {
    if (this.#warnings) this.#tell('WARNING', `WARNING: ${message}`, '');
  }

  /** A diagnostic as `formatDiagnostic` writes it. */
  diagnostic(severity: 'error' | 'warning', text: string): void {
    if (severity === 'warning' && !this.#warnings) return;
    const [first = '', ...rest] = text.split('\n');
    this.#tell(severity === 'error' ? 'ERROR' : 'WARNING', first, rest.map((line) => `${line}\n`).join(''));
  }

  /** Something that is neither wrong nor dangerous. */
  note(text: string): void {
    this.#sink.write(text);
  }

  #tell(level: Level, line: string, rest: string): void {
    const marked = this.#coloured ? `${COLOURS[level]}${line}${PLAIN}` : line;
    this.#sink.write(`${marked}\n${rest}`);
  }
}

/** Whether messages are coloured, by BPFTRACE_COLOR: always, never, or where both streams are terminals. */
export function isColoured(
  { BPFTRACE_COLOR: wanted = 'auto' }: NodeJS.ProcessEnv,
  terminals: () => boolean,
): { readonly coloured: boolean; readonly wrong?: string } {
  switch (wanted) {
    case 'always':
      return { coloured: true };
    case 'never':
      return { coloured: false };
    case 'auto':
      return { coloured: terminals() };
    default:
      return { coloured: terminals(), wrong: `BPFTRACE_COLOR is auto, always or never, not ${wanted}.` };
  }
}
