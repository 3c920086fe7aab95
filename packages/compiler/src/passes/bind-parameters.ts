import type { ScriptCall } from '../script-call.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import type {
  AttachPoint,
  Call,
  Clause,
  Expression,
  FunctionDefinition,
  Macro,
  Script,
  Variable,
} from '../syntax/ast.ts';
import { attachPointParts } from '../syntax/attach-point-text.ts';
import { parseNumber } from '../syntax/number-literal.ts';
import { isParameter } from '../syntax/parse-expression.ts';
import { Transform } from '../syntax/transform.ts';
import { NamedOptions } from './named-options.ts';

const MAX_INDEX = (1n << 63n) - 1n;

/**
 * Puts what the script was started with in place of `$1`, `$#` and `getopt()`. A number becomes an integer, anything
 * else a string; one that is missing is 0, or "" in `str()` and in an attach point.
 */
export function bindParameters(
  script: Script,
  { positional = [], named = [] }: Pick<ScriptCall, 'positional' | 'named'>,
  diagnostics: Diagnostics,
): Script {
  const options = new NamedOptions(named, diagnostics);
  const binding = new Binding(positional, options, diagnostics);
  const clauses = script.clauses.map((clause) => binding.clause(clause));
  const macros = script.macros.map((macro) => binding.macro(macro));
  const functions = script.functions.map((definition) => binding.function(definition));
  options.finish();
  return { ...script, clauses, macros, functions };
}

class Binding extends Transform {
  readonly #positional: readonly string[];
  readonly #options: NamedOptions;
  readonly #diagnostics: Diagnostics;

  constructor(positional: readonly string[], options: NamedOptions, diagnostics: Diagnostics) {
    super();
    this.#positional = positional;
    this.#options = options;
    this.#diagnostics = diagnostics;
  }

  override clause(clause: Clause): Clause {
    return { ...super.clause(clause), attachPoints: clause.attachPoints.map((point) => this.#attachPoint(point)) };
  }

  macro(macro: Macro): Macro {
    return { ...macro, body: this.blockExpression(macro.body) };
  }

  function(definition: FunctionDefinition): FunctionDefinition {
    return { ...definition, body: this.block(definition.body) };
  }

  override expression(expression: Expression): Expression {
    if (expression.kind === 'variable' && isParameter(expression.name)) return this.#parameter(expression);
    if (expression.kind !== 'call') return super.expression(expression);
    if (expression.name === 'getopt') return this.#options.value(expression);
    return expression.name === 'str' ? this.#str(expression) : super.expression(expression);
  }

  #attachPoint(point: AttachPoint): AttachPoint {
    let used = false;
    const parts = attachPointParts(point.text, (index) => {
      used = true;
      return this.#positional[Number(index) - 1] ?? '';
    });
    if (!used) return point;
    // One may stand for more than one part: all of `i:ms:1`.
    const text = parts.join(':');
    return { ...point, text, parts: text.split(':') };
  }

  #parameter(variable: Variable): Expression {
    const { name, span } = variable;
    if (name === '$#') return integer(BigInt(this.#positional.length), span);
    const text = this.#text(variable);
    if (text === '') {
      this.#diagnostics.warning('invalid-use', span, `Positional parameter ${name} is empty or not provided. `);
      return integer(0n, span);
    }
    const negative = /^\s*-/.test(text);
    const parsed = parseNumber(text.replace(/^\s*-?/, ''));
    if (!/^\s*-?[0-9]/.test(text) || !('value' in parsed)) return { kind: 'string', value: text, span };
    if (!negative) return integer(parsed.value, span);
    if (parsed.value > 1n << 63n) return { kind: 'string', value: text, span };
    return { kind: 'unary', operator: '-', operand: integer(parsed.value, span), span };
  }

  /** The argument as it was given; empty where it is missing. */
  #text({ name, span }: Variable): string {
    const index = BigInt(name.slice(1));
    if (index === 0n || index > MAX_INDEX) {
      const message = `syntax: param ${name} is out of integer range [1, ${MAX_INDEX}]`;
      this.#diagnostics.error('syntax', span, message);
    }
    return this.#positional[Number(index) - 1] ?? '';
  }

  /**
   * Within `str()` a parameter is a text, and one can be added a number to, to leave out its beginning. A literal number
   * is the text of its digits.
   */
  #str(call: Call): Expression {
    const [text, ...rest] = call.arguments;
    const value = text === undefined ? undefined : (this.#stringOf(text) ?? digitsOf(text));
    if (value === undefined || text === undefined) return super.expression(call);
    const literal: Expression = { kind: 'string', value, span: text.span };
    if (rest.length === 0) return { ...literal, span: call.span };
    return { ...call, arguments: [literal, ...rest.map((argument) => this.expression(argument))] };
  }

  #stringOf(expression: Expression): string | undefined {
    if (expression.kind === 'variable' && isParameter(expression.name)) {
      return expression.name === '$#' ? undefined : this.#text(expression);
    }
    if (expression.kind !== 'binary' || expression.operator !== '+') return undefined;
    const { left, right } = expression;
    const [from, count] = right.kind === 'integer' ? [left, right] : [right, left];
    const text = count.kind === 'integer' ? this.#stringOf(from) : undefined;
    if (text === undefined || count.kind !== 'integer') return undefined;
    if (count.value >= BigInt(text.length)) {
      this.#diagnostics.warning('invalid-use', expression.span, 'literal string will always be empty');
    }
    return text.slice(Number(count.value > BigInt(text.length) ? BigInt(text.length) : count.value));
  }
}

/** Of a literal number. */
function digitsOf(expression: Expression): string | undefined {
  if (expression.kind === 'integer') return expression.value.toString();
  if (expression.kind !== 'unary' || expression.operator !== '-') return undefined;
  return expression.operand.kind === 'integer' ? `-${expression.operand.value}` : undefined;
}

function integer(value: bigint, span: Variable['span']): Expression {
  return { kind: 'integer', value, text: value.toString(), span };
}
