import type { Composite, Scalar } from '@bpfleet/aggregate';
import type { CompileEnv } from '../env.ts';
import { type Analysis, analyze } from '../passes/index.ts';
import type { TypedProbe, VariableSymbol } from '../passes/model.ts';
import { prepareScript } from '../passes/prepare-script.ts';
import { type Diagnostic, Diagnostics } from '../source/diagnostic.ts';
import { SourceText } from '../source/text.ts';
import type { Assignment, Block, Expression, For, MapAccess, Statement, Update, Variable } from '../syntax/ast.ts';
import { parseScript } from '../syntax/parse-script.ts';
import { keyParts } from '../types/field-layout.ts';
import type { Type } from '../types/type.ts';
import { arithmetic, resized, signedOperation } from './interpret-number.ts';

/** A number is its 64 bits in two's complement, a truth 0 or 1, a tuple the list of its elements. */
type Value = bigint | string | readonly Value[];

/** What a script prints: values as `print` was given them, or those of a `printf` with its format. */
export type Printed = { readonly value: Scalar } | { readonly format: string; readonly values: readonly Scalar[] };

export interface InterpretedEntry {
  readonly key: readonly Scalar[];
  /** Of maps of plain values. */
  readonly value?: Scalar;
  /** Of maps of aggregates: every value that was folded in, in order, as 64 bits. */
  readonly measured?: readonly bigint[];
}

export interface Outcome {
  readonly diagnostics: readonly Diagnostic[];
  readonly printed: readonly Printed[];
  readonly maps: ReadonlyMap<string, readonly InterpretedEntry[]>;
}

interface Entry {
  readonly key: Value;
  value?: Value;
  readonly measured: bigint[];
}

/** What ends a run of statements before their end. */
type Leave = 'break' | 'continue' | 'return' | undefined;

const MAX_STEPS = 1_000_000;

/**
 * Runs the `BEGIN` clauses of a script as the language means them, over the typed tree: the second opinion that random
 * programs are held against. Knows numbers, strings, tuples, maps and loops; throws for everything else.
 */
export function interpret(source: string, node: CompileEnv): Outcome {
  const diagnostics = new Diagnostics(new SourceText(source));
  const { script, config, env } = prepareScript(parseScript(source, diagnostics), node, diagnostics);
  const analysis = analyze(script, { env, config, diagnostics });
  if (diagnostics.hasErrors) return { diagnostics: diagnostics.list(), printed: [], maps: new Map() };
  const memory = new Memory(analysis);
  for (const probe of analysis.probes) new Interpreter(analysis, probe, memory).run();
  return { diagnostics: diagnostics.list(), printed: memory.printed, maps: memory.maps() };
}

/** What the clauses share. */
class Memory {
  readonly printed: Printed[] = [];
  readonly #analysis: Analysis;
  readonly #entries = new Map<string, Map<string, Entry>>();
  steps = 0;

  constructor(analysis: Analysis) {
    this.#analysis = analysis;
  }

  layout(name: string) {
    const layout = this.#analysis.layouts.get(name);
    if (layout === undefined) throw new Error(`there is no map ${name}`);
    return layout;
  }

  map(name: string): Map<string, Entry> {
    const known = this.#entries.get(name) ?? new Map<string, Entry>();
    this.#entries.set(name, known);
    return known;
  }

  entry(name: string, key: Value): Entry {
    const entries = this.map(name);
    const id = idOf(key);
    const entry = entries.get(id) ?? { key, measured: [] };
    entries.set(id, entry);
    return entry;
  }

  maps(): Map<string, InterpretedEntry[]> {
    return new Map(
      [...this.#analysis.layouts].map(([name, { keyType, valueType }]) => {
        const entries = [...this.map(name).values()].map(({ key, value, measured }): InterpretedEntry => {
          const parts = keyParts(keyType);
          const values = parts.length > 1 ? (key as readonly Value[]) : [key];
          const scalars = parts.map((part, index) => scalarOf(values[index] ?? 0n, part));
          return value === undefined ? { key: scalars, measured } : { key: scalars, value: scalarOf(value, valueType) };
        });
        return [name, entries];
      }),
    );
  }
}

function idOf(key: Value): string {
  return JSON.stringify(key, (_, part) => (typeof part === 'bigint' ? `#${part}` : part));
}

/** A value with the sign and the names of its type. */
function scalarOf(value: Value, type: Type): Scalar {
  switch (type.kind) {
    case 'boolean':
      return value !== 0n;
    case 'tuple': {
      const parts = type.elements.map((element, index) => scalarOf((value as readonly Value[])[index] ?? 0n, element));
      const { names } = type;
      return (names === undefined ? { kind: 'tuple', parts } : { kind: 'record', parts, names }) satisfies Composite;
    }
    case 'integer':
      return type.signed ? BigInt.asIntN(64, value as bigint) : BigInt.asUintN(64, value as bigint);
    default:
      return value as string;
  }
}

function zeroOf(type: Type): Value {
  if (type.kind === 'string') return '';
  return type.kind === 'tuple' ? type.elements.map(zeroOf) : 0n;
}

class Interpreter {
  readonly #analysis: Analysis;
  readonly #probe: TypedProbe;
  readonly #memory: Memory;
  readonly #variables = new Map<VariableSymbol, Value>();

  constructor(analysis: Analysis, probe: TypedProbe, memory: Memory) {
    this.#analysis = analysis;
    this.#probe = probe;
    this.#memory = memory;
  }

  run(): void {
    this.#block(this.#probe.clause.body);
  }

  #typeOf(expression: Expression): Type {
    return this.#probe.typing.expressions.get(expression) ?? { kind: 'unknown' };
  }

  #block({ statements }: Block): Leave {
    for (const statement of statements) {
      const leave = this.#statement(statement);
      if (leave !== undefined) return leave;
    }
    return undefined;
  }

  #statement(statement: Statement): Leave {
    if (++this.#memory.steps > MAX_STEPS) throw new Error('the script does not end');
    switch (statement.kind) {
      case 'expression-statement':
        this.#value(statement.expression);
        return undefined;
      case 'assignment':
        this.#assign(statement);
        return undefined;
      case 'let':
        if (statement.value === undefined) throw new Error('let without a value');
        this.#write(statement.variable, this.#value(statement.value));
        return undefined;
      case 'if': {
        if (this.#truth(statement.condition)) return this.#block(statement.then);
        const { otherwise } = statement;
        return otherwise === undefined ? undefined : this.#statement(otherwise);
      }
      case 'while':
        return this.#rounds(
          (function* (condition: () => boolean) {
            while (condition()) yield;
          })(() => this.#truth(statement.condition)),
          statement.body,
        );
      case 'unroll':
        return this.#rounds(Array.from({ length: Number(this.#number(statement.count)) }), statement.body);
      case 'for':
        return this.#for(statement);
      case 'block':
        return this.#block(statement);
      case 'break':
      case 'continue':
      case 'return':
        return statement.kind;
    }
  }

  #rounds<T>(rounds: Iterable<T>, body: Block, before?: (round: T) => void): Leave {
    for (const round of rounds) {
      if (++this.#memory.steps > MAX_STEPS) throw new Error('the script does not end');
      before?.(round);
      const leave = this.#block(body);
      if (leave === 'break') return undefined;
      if (leave === 'return') return leave;
    }
    return undefined;
  }

  #for({ variable, over, body }: For): Leave {
    if (over.kind === 'range') {
      const from = this.#number(over.from);
      const count = Number(this.#number(over.to) - from);
      const rounds = Array.from({ length: Math.max(0, count) }, (_, index) => from + BigInt(index));
      return this.#rounds(rounds, body, (round) => this.#write(variable, round));
    }
    const entries = [...this.#memory.map(over.name).values()].map(
      (entry): Value => [entry.key, entry.value ?? this.#aggregate(over, entry)],
    );
    return this.#rounds(entries, body, (entry) => this.#write(variable, entry));
  }

  #assign({ target, operator, value }: Assignment): void {
    if (operator !== undefined) {
      const amount = this.#number(value);
      const before = this.#number(target);
      const signed = signedOperation(this.#typeOf(target), this.#typeOf(value));
      this.#store(target, arithmetic(operator, before, amount, signed));
    } else if (target.kind === 'map' && this.#memory.layout(target.name).valueType.kind === 'aggregate') {
      const [measured] = value.kind === 'call' ? value.arguments : [];
      const amount = measured === undefined ? 1n : this.#number(measured);
      this.#memory.entry(target.name, this.#key(target)).measured.push(amount);
    } else {
      this.#store(target, this.#value(value));
    }
  }

  #store(target: Variable | MapAccess, value: Value): void {
    if (target.kind === 'variable') this.#write(target, value);
    else this.#memory.entry(target.name, this.#key(target)).value = value;
  }

  #write(variable: Variable, value: Value): void {
    const symbol = this.#analysis.bindings.get(variable);
    if (symbol === undefined) throw new Error(`${variable.name} is bound to nothing`);
    this.#variables.set(symbol, value);
  }

  #key({ key }: MapAccess): Value {
    return key === undefined ? [] : this.#value(key);
  }

  #truth(expression: Expression): boolean {
    const value = this.#value(expression);
    return value !== 0n && value !== '';
  }

  #number(expression: Expression): bigint {
    const value = this.#value(expression);
    if (typeof value !== 'bigint') throw new Error(`${expression.kind} is no number`);
    return value;
  }

  #value(expression: Expression): Value {
    switch (expression.kind) {
      case 'integer':
        return BigInt.asIntN(64, expression.value);
      case 'boolean':
        return expression.value ? 1n : 0n;
      case 'string':
        return expression.value;
      case 'variable': {
        const symbol = this.#analysis.bindings.get(expression);
        return (symbol && this.#variables.get(symbol)) ?? zeroOf(this.#typeOf(expression));
      }
      case 'map': {
        const entry = this.#memory.map(expression.name).get(idOf(this.#key(expression)));
        if (entry === undefined) return zeroOf(this.#typeOf(expression));
        return entry.value ?? this.#aggregate(expression, entry);
      }
      case 'binary':
        return this.#binary(expression);
      case 'unary': {
        if (expression.operator === '!') return this.#truth(expression.operand) ? 0n : 1n;
        const operand = this.#number(expression.operand);
        return BigInt.asIntN(
          64,
          expression.operator === '-' ? -operand : expression.operator === '~' ? ~operand : operand,
        );
      }
      case 'update':
        return this.#update(expression);
      case 'ternary':
        return this.#value(this.#truth(expression.condition) ? expression.then : expression.otherwise);
      case 'member': {
        const type = this.#typeOf(expression.object);
        const names = type.kind === 'tuple' ? type.names : undefined;
        const index = names === undefined ? Number(expression.name) : names.indexOf(expression.name);
        return (this.#value(expression.object) as readonly Value[])[index] ?? 0n;
      }
      case 'cast': {
        const type = this.#typeOf(expression);
        if (type.kind === 'boolean') return this.#truth(expression.operand) ? 1n : 0n;
        const value = this.#number(expression.operand);
        return type.kind === 'integer' ? resized(value, type.size, type.signed) : value;
      }
      case 'tuple':
        return expression.elements.map((element) => this.#value(element));
      case 'record':
        return expression.fields.map((field) => this.#value(field.value));
      case 'call':
        return this.#call(expression);
      default:
        throw new Error(`${expression.kind} cannot be interpreted`);
    }
  }

  #binary({ operator, left, right }: Expression & { kind: 'binary' }): Value {
    if (operator === '&&') return this.#truth(left) && this.#truth(right) ? 1n : 0n;
    if (operator === '||') return this.#truth(left) || this.#truth(right) ? 1n : 0n;
    const [leftType, rightType] = [this.#typeOf(left), this.#typeOf(right)];
    const l = this.#value(left);
    const r = this.#value(right);
    if (typeof l !== 'bigint' || typeof r !== 'bigint') {
      return (idOf(l) === idOf(r)) === (operator === '==') ? 1n : 0n;
    }
    const _comparison = ['<', '<=', '>', '>=', '==', '!='].includes(operator);
    return arithmetic(operator, l, r, signedOperation(leftType, rightType));
  }

  #update({ operator, prefix, target }: Update): Value {
    const before = this.#number(target);
    const after = BigInt.asIntN(64, operator === '++' ? before + 1n : before - 1n);
    this.#store(target, after);
    return prefix ? after : before;
  }

  #call(call: Expression & { kind: 'call' }): Value {
    const [first, second] = call.arguments;
    switch (call.name) {
      case 'print':
        this.#memory.printed.push({
          value: scalarOf(this.#value(first as Expression), this.#typeOf(first as Expression)),
        });
        return 0n;
      case 'printf': {
        const values = call.arguments.slice(1).map((value) => scalarOf(this.#value(value), this.#typeOf(value)));
        this.#memory.printed.push({ format: first?.kind === 'string' ? first.value : '', values });
        return 0n;
      }
      case 'has_key':
        return this.#memory.map((first as MapAccess).name).has(idOf(this.#value(second as Expression))) ? 1n : 0n;
      case 'delete':
        return this.#memory.map((first as MapAccess).name).delete(idOf(this.#value(second as Expression))) ? 1n : 0n;
      default:
        throw new Error(`${call.name}() cannot be interpreted`);
    }
  }

  /** What a program reads of an aggregate. */
  #aggregate({ name }: MapAccess, { measured }: Entry): bigint {
    const { valueType } = this.#memory.layout(name);
    if (valueType.kind !== 'aggregate') return 0n;
    const { aggregate, signed } = valueType;
    const values = measured.map((value) => (signed ? value : BigInt.asUintN(64, value)));
    const total = values.reduce((sum, value) => sum + value, 0n);
    const wrapped = signed ? BigInt.asIntN(64, total) : BigInt.asUintN(64, total);
    const extreme = (wins: (a: bigint, b: bigint) => boolean) => values.reduce((a, b) => (wins(b, a) ? b : a));
    switch (aggregate) {
      case 'count':
        return BigInt(values.length);
      case 'sum':
        return BigInt.asIntN(64, wrapped);
      case 'min':
        return BigInt.asIntN(
          64,
          extreme((a, b) => a < b),
        );
      case 'max':
        return BigInt.asIntN(
          64,
          extreme((a, b) => a > b),
        );
      case 'avg':
        return BigInt.asIntN(64, wrapped / BigInt(values.length));
      default:
        throw new Error(`${aggregate} is no number`);
    }
  }
}
