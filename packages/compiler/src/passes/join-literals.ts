import { encodeText } from '@bpfleet/bpf';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { Span } from '../source/span.ts';
import type { Expression, Script } from '../syntax/ast.ts';
import { Transform } from '../syntax/transform.ts';

/**
 * `"a" + "b"` is one literal, `"abc" + 1` is "bc" as in C, and comparing two literals is true or false. Other strings
 * can only be equal or not.
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

/** By bytes. */
function order(left: string, right: string): number {
  const [a, b] = [encodeText(left), encodeText(right)];
  const first = a.findIndex((byte, index) => byte !== b[index]);
  return first < 0 ? a.length - b.length : (a[first] ?? 0) - (b[first] ?? -1);
}
