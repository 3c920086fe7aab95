import { findBuiltin, findFunction } from '../builtins/index.ts';
import type { CompileConfig, CompileEnv } from '../env.ts';
import { CounterSlot } from '../output-layout.ts';
import type { Bindings, Typing, VariableSymbol } from '../passes/model.ts';
import type { ProbeTarget } from '../probes/provider.ts';
import type { Expression, Variable } from '../syntax/ast.ts';
import type { MapLayout } from '../types/map-layout.ts';
import { type Type, unknown } from '../types/type.ts';
import type { FunctionBuilder } from './function-builder.ts';
import type { Comparison } from './ir.ts';
import { lowerIndex, lowerMember } from './lower-field.ts';
import { readMap, updateTarget } from './lower-map.ts';
import { lowerBinary, lowerCast, lowerUnary } from './lower-number.ts';
import { compareStrings, lowerLiteral } from './lower-string.ts';
import type { Lowering } from './lowering.ts';
import { copyString } from './memory.ts';
import { internalMaps, type Resources } from './resources.ts';
import {
  inObject,
  noValue,
  numberValue,
  type Operand,
  type Place,
  type StringDestination,
  type Value,
} from './value.ts';

export interface LoweringInput {
  readonly builder: FunctionBuilder;
  readonly resources: Resources;
  readonly maps: ReadonlyMap<string, MapLayout>;
  readonly typing: Typing;
  readonly bindings: Bindings;
  readonly target: ProbeTarget;
  readonly env: CompileEnv;
  readonly config: CompileConfig;
}

/** Numbers live in a register, strings in the frame. */
type VariableHome =
  | { readonly kind: 'number'; readonly register: number }
  | { readonly kind: 'string'; readonly place: Place; readonly size: number };

const comparisons: Readonly<Record<string, readonly [signed: Comparison, unsigned: Comparison]>> = {
  '==': ['eq', 'eq'],
  '!=': ['ne', 'ne'],
  '<': ['slt', 'ult'],
  '<=': ['sle', 'ule'],
  '>': ['sgt', 'ugt'],
  '>=': ['sge', 'uge'],
};

/** Turns the typed expressions of one probe into instructions. What each kind of expression does lies beside it. */
export class ProbeLowering implements Lowering {
  readonly builder: FunctionBuilder;
  readonly resources: Resources;
  readonly target: ProbeTarget;
  readonly env: CompileEnv;
  readonly config: CompileConfig;
  readonly #input: LoweringInput;
  readonly #variables = new Map<VariableSymbol, VariableHome>();

  constructor(input: LoweringInput) {
    this.#input = input;
    this.builder = input.builder;
    this.resources = input.resources;
    this.target = input.target;
    this.env = input.env;
    this.config = input.config;
  }

  typeOf(expression: Expression): Type {
    return this.#input.typing.expressions.get(expression) ?? unknown;
  }

  map(name: string): MapLayout {
    const layout = this.#input.maps.get(name);
    if (layout === undefined) throw new Error(`map ${name} has no layout`);
    return layout;
  }

  allocate(bytes: number): Place {
    return inObject(this.builder.frame.allocate(bytes).id);
  }

  number(expression: Expression): Operand {
    const value = this.value(expression);
    if (value.kind !== 'number') throw new Error(`${expression.kind} is no number`);
    return value.operand;
  }

  string(expression: Expression, into?: StringDestination): { readonly place: Place; readonly size: number } {
    const value = this.value(expression, into);
    if (value.kind !== 'string') throw new Error(`${expression.kind} is no string`);
    return value;
  }

  value(expression: Expression, into?: StringDestination): Value {
    switch (expression.kind) {
      case 'integer':
        return numberValue(BigInt.asIntN(64, expression.value));
      case 'string':
        return lowerLiteral(this, expression.value, into);
      case 'identifier':
        return findBuiltin(expression.name)?.lower(this, into) ?? noValue;
      case 'variable':
        return this.#readVariable(expression);
      case 'map':
        return readMap(this, expression);
      case 'call': {
        const definition = findFunction(expression.name);
        return definition?.kind === 'function' ? definition.lower(expression, this, into) : noValue;
      }
      case 'binary':
        return this.#isCondition(expression) ? this.#truth(expression) : lowerBinary(this, expression);
      case 'unary':
        return expression.operator === '!' ? this.#truth(expression) : lowerUnary(this, expression);
      case 'cast':
        return lowerCast(this, expression);
      case 'update':
        return updateTarget(this, expression, true);
      case 'ternary':
        return this.#ternary(expression, into);
      case 'member':
        return lowerMember(this, expression, into);
      case 'index':
        return lowerIndex(this, expression);
      case 'tuple':
        throw new Error('a tuple has no value of its own');
    }
  }

  effect(expression: Expression): void {
    if (expression.kind === 'update') updateTarget(this, expression, false);
    else this.value(expression);
  }

  condition(expression: Expression, then: number, otherwise: number): void {
    const { builder } = this;
    if (expression.kind === 'unary' && expression.operator === '!') {
      this.condition(expression.operand, otherwise, then);
      return;
    }
    if (expression.kind !== 'binary' || !this.#isCondition(expression)) {
      builder.branch('ne', this.number(expression), 0n, then, otherwise);
      return;
    }
    const { operator, left, right } = expression;
    if (operator === '&&' || operator === '||') {
      const next = builder.newBlock();
      this.condition(left, operator === '&&' ? next : then, operator === '&&' ? otherwise : next);
      builder.startBlock(next);
      this.condition(right, then, otherwise);
      return;
    }
    if (this.typeOf(left).kind === 'string') {
      compareStrings(this, left, right, operator === '==' ? then : otherwise, operator === '==' ? otherwise : then);
      return;
    }
    const [signed, unsigned] = comparisons[operator] ?? ['eq', 'eq'];
    const l = this.number(left);
    const r = this.number(right);
    builder.branch(this.#comparesSigned(left, right) ? signed : unsigned, l, r, then, otherwise);
  }

  #readVariable(variable: Variable): Value {
    const home = this.#home(variable);
    if (home.kind === 'string') return home;
    // A copy: the variable may change before the value is used, as in `$x + $x++`.
    return numberValue(this.builder.copy(home.register));
  }

  writeVariable(variable: Variable, value: Operand): void {
    const home = this.#home(variable);
    if (home.kind === 'number') this.builder.assign(home.register, value);
  }

  stringVariable(variable: Variable): StringDestination | undefined {
    const home = this.#home(variable);
    return home.kind === 'string' ? home : undefined;
  }

  declareVariable(variable: Variable): void {
    this.#home(variable);
  }

  countLoss(slot: keyof typeof CounterSlot): void {
    const { builder } = this;
    this.resources.counters = true;
    builder.frame.scope(() => {
      const key = this.allocate(4);
      builder.store(4, key, BigInt(CounterSlot[slot]));
      const counter = builder.call(
        'map_lookup_elem',
        { kind: 'map', map: internalMaps.counters },
        { kind: 'address', place: key },
      );
      builder.when('ne', counter, 0n, () => {
        builder.atomicAdd({ base: { kind: 'register', register: counter }, offset: 0 }, 1n);
      });
    });
  }

  #home(variable: Variable): VariableHome {
    const symbol = this.#input.bindings.get(variable);
    if (symbol === undefined) throw new Error(`${variable.name} is bound to nothing`);
    const known = this.#variables.get(symbol);
    if (known !== undefined) return known;
    const type = this.#input.typing.variables.get(symbol) ?? unknown;
    const home: VariableHome =
      type.kind === 'string'
        ? { kind: 'string', place: this.allocate(type.size), size: type.size }
        : { kind: 'number', register: this.builder.newRegister() };
    this.#variables.set(symbol, home);
    return home;
  }

  #isCondition(expression: Expression): boolean {
    if (expression.kind !== 'binary') return false;
    return expression.operator === '&&' || expression.operator === '||' || expression.operator in comparisons;
  }

  #comparesSigned(left: Expression, right: Expression): boolean {
    const l = this.typeOf(left);
    const r = this.typeOf(right);
    const neutral = (type: Type) => type.kind === 'integer' && type.neutral === true;
    const signed = (type: Type) => type.kind === 'integer' && type.signed;
    if (neutral(l)) return signed(r);
    return neutral(r) ? signed(l) : signed(l) || signed(r);
  }

  /** The value of a condition: 1 or 0. */
  #truth(expression: Expression): Value {
    const { builder } = this;
    const result = builder.newRegister();
    const [yes, no, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
    this.condition(expression, yes, no);
    builder.startBlock(yes);
    builder.assign(result, 1n);
    builder.jump(after);
    builder.startBlock(no);
    builder.assign(result, 0n);
    builder.jump(after);
    builder.startBlock(after);
    return numberValue(result);
  }

  #ternary(expression: Expression & { kind: 'ternary' }, into?: StringDestination): Value {
    const { builder } = this;
    const type = this.typeOf(expression);
    const place = type.kind === 'string' ? (into?.place ?? this.allocate(type.size)) : undefined;
    const size = type.kind === 'string' ? (into?.size ?? type.size) : 0;
    const result = builder.newRegister();
    const [yes, no, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
    this.condition(expression.condition, yes, no);
    for (const [block, branch] of [
      [yes, expression.then],
      [no, expression.otherwise],
    ] as const) {
      builder.startBlock(block);
      if (place !== undefined) this.stringInto(branch, { place, size });
      else if (type.kind === 'void') this.effect(branch);
      else builder.assign(result, this.number(branch));
      builder.jump(after);
    }
    builder.startBlock(after);
    if (place !== undefined) return { kind: 'string', place, size };
    return type.kind === 'void' ? noValue : numberValue(result);
  }

  stringInto(expression: Expression, into: StringDestination): void {
    const value = this.string(expression, into);
    if (value.place !== into.place) copyString(this, value, into);
  }
}
