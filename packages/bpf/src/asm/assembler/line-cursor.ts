/** What is wrong with one line of assembler; the column counts from 1. */
export class LineError extends Error {
  readonly column: number;

  constructor(column: number, message: string) {
    super(message);
    this.column = column;
  }
}

interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'sign' | 'end';
  readonly text: string;
  readonly column: number;
}

const pattern =
  /(?<space>\s+)|(?<number>0[xX][0-9a-fA-F]+|\d+)(?![\w.])|(?<word>[A-Za-z_.$][\w.$]*)|"(?<string>[^"]*)"|(?<sign><<=|>>=|[-+*/%&|^]=|==|!=|<=|>=|[-+*&<>=()[\]:,#!{}~^|/%@])/y;

/** Goes through the words of one line. Comments begin with `;`, `//`, or `#` after a space. */
export class LineCursor {
  readonly #tokens: readonly Token[];
  #at = 0;

  /** Throws LineError where a character has no meaning. */
  constructor(line: string) {
    const text = line.replace(/(^|\s)#.*$/, '$1').replace(/(;|\/\/).*$/, '');
    const tokens: Token[] = [];
    pattern.lastIndex = 0;
    while (pattern.lastIndex < text.length) {
      const column = pattern.lastIndex + 1;
      const groups = pattern.exec(text)?.groups;
      if (groups === undefined)
        throw new LineError(column, `"${text.slice(column - 1, column + 9)}" means nothing here`);
      for (const kind of ['number', 'word', 'string', 'sign'] as const) {
        const found = groups[kind];
        if (found !== undefined) tokens.push({ kind, text: found, column });
      }
    }
    tokens.push({ kind: 'end', text: 'the end of the line', column: text.trimEnd().length + 1 });
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.#tokens[this.#at] as Token;
  }

  get next(): Token | undefined {
    return this.#tokens[this.#at + 1];
  }

  get atEnd(): boolean {
    return this.current.kind === 'end';
  }

  /** Whether the line goes on with this, which is passed over then. */
  take(text: string): boolean {
    if (this.current.kind === 'string' || this.current.text !== text || this.atEnd) return false;
    this.#at++;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) this.fail(`expected ${text}`);
  }

  word(what: string): string {
    const { kind, text } = this.current;
    if (kind !== 'word') return this.fail(`expected ${what}`);
    this.#at++;
    return text;
  }

  /** What is written in quotes. */
  quoted(): string | undefined {
    const { kind, text } = this.current;
    if (kind !== 'string') return undefined;
    this.#at++;
    return text;
  }

  /** Whether a number comes, with or without a sign. */
  get atNumber(): boolean {
    const { kind, text } = this.current;
    return kind === 'number' || ((text === '-' || text === '+') && this.next?.kind === 'number');
  }

  /** A number within the bounds. */
  number(what: string, least: bigint, most: bigint): bigint {
    const { column } = this.current;
    const negative = this.take('-');
    if (!negative) this.take('+');
    const { kind, text } = this.current;
    if (kind !== 'number') return this.fail(`expected ${what}`);
    this.#at++;
    const value = negative ? -BigInt(text) : BigInt(text);
    if (value < least || value > most) throw new LineError(column, `${what} is from ${least} to ${most}, not ${value}`);
    return value;
  }

  end(): void {
    if (!this.atEnd) this.fail('expected the end of the line');
  }

  /** Throws a LineError at what comes now. */
  fail(message: string): never {
    const { column, kind, text } = this.current;
    throw new LineError(column, `${message}, found ${kind === 'end' ? text : `"${text}"`}`);
  }
}
