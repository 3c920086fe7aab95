import type { Diagnostics } from '../source/diagnostic.ts';
import type { Call, Expression } from '../syntax/ast.ts';
import { parseNumber } from '../syntax/number-literal.ts';

/** The type of an option is that of its default; without one it is a switch. */
type Value = bigint | string | boolean;

interface Expected {
  readonly fallback: Value;
  readonly description?: string;
}

const MAX_U64 = (1n << 64n) - 1n;

/** `name=value` and `name`, given as `--name` on the command line, and what the script's `getopt()` expect of them. */
export class NamedOptions {
  readonly #given = new Map<string, string | undefined>();
  readonly #diagnostics: Diagnostics;
  readonly #expected = new Map<string, Expected>();

  /** Of options given twice the last counts. */
  constructor(options: readonly string[], diagnostics: Diagnostics) {
    this.#diagnostics = diagnostics;
    for (const option of options) {
      const at = option.indexOf('=');
      if (at < 0) this.#given.set(option, undefined);
      else this.#given.set(option.slice(0, at), option.slice(at + 1));
    }
  }

  /** The literal that a `getopt()` stands for; after a mistake the call itself. */
  value(call: Call): Expression {
    const read = this.#read(call);
    if (read === undefined) return call;
    const { name, fallback, description } = read;
    const { span } = call;
    const before = this.#expected.get(name);
    if (before !== undefined && before.fallback !== fallback) {
      const message = `Command line option '${name}' needs to have the same default value in all places it is used.`;
      this.#error(call, `${message} Previous default value: ${before.fallback}`);
      return call;
    }
    this.#expected.set(name, { fallback, ...(description === undefined ? {} : { description }) });
    const value = this.#given.has(name) ? this.#convert(call, name, fallback) : fallback;
    switch (typeof value) {
      case 'bigint': {
        const literal = {
          kind: 'integer',
          value: value < 0n ? -value : value,
          text: String(value).replace('-', ''),
          span,
        } as const;
        return value < 0n ? { kind: 'unary', operator: '-', operand: literal, span } : literal;
      }
      case 'boolean':
        return { kind: 'boolean', value, span };
      default:
        return { kind: 'string', value, span };
    }
  }

  /** Reports options that no `getopt()` asks for. */
  finish(): void {
    const unknown = [...this.#given.keys()].filter((name) => !this.#expected.has(name));
    if (unknown.length === 0) return;
    const names = unknown.map((name) => `--${name}`).join(', ');
    const known = [...this.#expected.keys()].map((name) => `--${name}`).join(', ');
    const hint = known === '' ? 'no custom program options defined.' : `expected program options: ${known}`;
    const message = `unexpected program command line options: ${names}`;
    this.#diagnostics.error('options', { start: 0, end: 0 }, message, hint);
  }

  /** Something about the command line, at the place that asks for it. */
  #wrong(where: Expression, message: string): void {
    this.#diagnostics.error('options', where.span, message);
  }

  #error(where: Expression, message: string): void {
    this.#diagnostics.error('invalid-argument', where.span, message);
  }

  #read(call: Call): { name: string; fallback: Value; description?: string } | undefined {
    const [name, fallback, description] = call.arguments;
    if (name === undefined || call.arguments.length > 3) {
      const message = "The 'getopt' function can take a maximum of three arguments and a minimum of one argument.";
      this.#error(call, message);
      return undefined;
    }
    if (name.kind !== 'string') {
      this.#error(name, "First argument to 'getopt' must be a string literal.");
      return undefined;
    }
    const value = fallback === undefined ? false : literalOf(fallback);
    if (value === undefined && fallback !== undefined) {
      const message = "Second argument to 'getopt' must be a string literal, integer literal, or a boolean literal.";
      this.#error(fallback, message);
    }
    if (description !== undefined && description.kind !== 'string') {
      this.#error(description, "Third argument to 'getopt' must be a string literal.");
      return undefined;
    }
    if (value === undefined) return undefined;
    return {
      name: name.value,
      fallback: value,
      ...(description === undefined ? {} : { description: description.value }),
    };
  }

  #convert(call: Call, name: string, fallback: Value): Value {
    const text = this.#given.get(name);
    const option = `program command line option --${name}`;
    if (typeof fallback === 'boolean') {
      if (text === undefined || /^(true|yes|on|1)$/i.test(text)) return true;
      if (!/^(false|no|off|0)$/i.test(text))
        this.#wrong(call, `${option} expects a boolean (e.g. 'true') (value: ${text})`);
      return false;
    }
    if (typeof fallback === 'string') {
      if (text === undefined) this.#wrong(call, `${option} expects a string (value: true)`);
      return text ?? fallback;
    }
    if (text === undefined) {
      this.#wrong(call, `${option} expects an integer (value: true)`);
      return fallback;
    }
    const negative = text.startsWith('-');
    const digits = negative ? text.slice(1) : text;
    const parsed = /^[0-9]/.test(digits) ? parseNumber(digits) : { error: '' };
    if ('value' in parsed && parsed.value <= (negative ? 1n << 63n : MAX_U64)) {
      return negative ? -parsed.value : parsed.value;
    }
    const range = 'value' in parsed || parsed.error.startsWith('overflow');
    this.#wrong(
      call,
      range ? `${option} value is out of range (value: ${text})` : `${option} invalid integer (value: ${text})`,
    );
    return fallback;
  }
}

function literalOf(expression: Expression): Value | undefined {
  if (expression.kind === 'integer' || expression.kind === 'string' || expression.kind === 'boolean') {
    return expression.value;
  }
  const negative = expression.kind === 'unary' && expression.operator === '-' ? expression.operand : undefined;
  return negative?.kind === 'integer' ? -negative.value : undefined;
}
