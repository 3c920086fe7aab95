import { encodeText } from '@bpfleet/bpf';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { Span } from '../source/span.ts';
import type { Call, Expression, Script } from '../syntax/ast.ts';
import { Transform } from '../syntax/transform.ts';
import { constantValue } from './fold-constants.ts';

/**
 * `"a" + "b"` is one literal, `"abc" + 1` is "bc" as in C, and comparing two literals is true or false. Other strings
 * can only be equal or not. A number that is written within str() is its digits: so a parameter may be either.
 */
export function joinLiterals(script: Script, diagnostics: Diagnostics): Script {
  const joiner = new LiteralJoiner(diagnostics);
  return { ...script, clauses: script.clauses.map((clause) => joiner.clause(clause)) };
}

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

class LiteralJoiner extends Transform {
  readonly #diagnostics: Diagnostics;

  constructor(diagnostics: Diagnostics) {
    super();
    this.#diagnostics = diagnostics;
  }

  override expression(expression: Expression): Expression {
    const rebuilt = super.expression(expression);
    if (rebuilt.kind === 'call') return digits(rebuilt);
    if (rebuilt.kind !== 'binary') return rebuilt;
    const { left, right, span, operator } = rebuilt;
    if (operator === '+' && left.kind === 'string' && right.kind === 'integer') {
      return { kind: 'string', value: this.#from(left.value, right.value, span), span };
    }
    if (left.kind !== 'string' || right.kind !== 'string') return rebuilt;
    if (operator === '+') return { kind: 'string', value: left.value + right.value, span };
    const holds = comparisons[operator];
    return holds === undefined ? rebuilt : { kind: 'boolean', value: holds(order(left.value, right.value)), span };
  }

  /** A text without so many characters of its beginning. */
  #from(text: string, count: bigint, span: Span): string {
    if (count < BigInt(text.length)) return text.slice(Number(count));
    this.#diagnostics.warning('invalid-use', span, 'literal string will always be empty');
    return '';
  }
}

function digits(call: Call): Expression {
  const [source, length, ...rest] = call.arguments;
  if (call.name !== 'str' || source === undefined || rest.length > 0) return call;
  const value = constantValue(source);
  if (value === undefined) return call;
  const text = { kind: 'string', value: value.toString(), span: source.span } as const;
  if (length === undefined) return text;
  return constantValue(length) === undefined ? call : { ...call, arguments: [text, length] };
}

/** By bytes. */
function order(left: string, right: string): number {
  const [a, b] = [encodeText(left), encodeText(right)];
  const first = a.findIndex((byte, index) => byte !== b[index]);
  return first < 0 ? a.length - b.length : (a[first] ?? 0) - (b[first] ?? -1);
}
