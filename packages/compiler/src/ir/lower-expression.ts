import { findBuiltin, findFunction } from '../builtins/index.ts';
import type { CompileConfig, CompileEnv } from '../env.ts';
import { CounterSlot } from '../output-layout.ts';
import { comptimeTruth } from '../passes/comptime.ts';
import type { Loop } from '../passes/loop-kind.ts';
import type { Bindings, Typing, VariableSymbol } from '../passes/model.ts';
import type { SharedVariables } from '../passes/shared-variables.ts';
import { constantOf } from '../passes/type-constant.ts';
import type { ProbeTarget } from '../probes/provider.ts';
import type { Span } from '../source/span.ts';
import type { Block, BlockExpression, Expression, MapAccess, Variable } from '../syntax/ast.ts';
import { mentions } from '../syntax/mentions.ts';
import { printExpression } from '../syntax/print-expression.ts';
import type { MapLayout } from '../types/map-layout.ts';
import { isScalar, storageBytes, storedType, type Type, unknown } from '../types/type.ts';
import { isConstantKey } from './constant-key.ts';
import type { Exits } from './exits.ts';
import type { FunctionBuilder } from './function-builder.ts';
import { isCondition, lowerCondition } from './lower-condition.ts';
import { lowerDereference, lowerIndex } from './lower-index.ts';
import { readMap, updateTarget } from './lower-map.ts';
import { lowerMember } from './lower-member.ts';
import { lowerBinary, lowerCast, lowerUnary, resize } from './lower-number.ts';
import { lowerBlock, lowerStatements } from './lower-statement.ts';
import { lowerLiteral } from './lower-string.ts';
import { convertValue, lowerTuple } from './lower-tuple.ts';
import type { Lowering, MemoryValue, VariableHome } from './lowering.ts';
import { clearMemory, copyValue } from './memory.ts';
import { readBytes } from './read-memory.ts';
import { RememberedValues } from './remembered-values.ts';
import { internalMaps, type Resources } from './resources.ts';
import { type Destination, inObject, noValue, numberValue, type Operand, type Place, type Value } from './value.ts';
import { readSpace } from './value-at.ts';

export interface LoweringInput {
  readonly builder: FunctionBuilder;
  readonly resources: Resources;
  readonly maps: ReadonlyMap<string, MapLayout>;
  readonly typing: Typing;
  readonly bindings: Bindings;
  readonly shared: SharedVariables;
  readonly target: ProbeTarget;
  readonly env: CompileEnv;
  readonly config: CompileConfig;
}

/** Turns the typed expressions of one probe into instructions. What each kind of expression does lies beside it. */
export class ProbeLowering implements Lowering {
  looping = false;
  readonly resources: Resources;
  readonly target: ProbeTarget;
  readonly env: CompileEnv;
  readonly config: CompileConfig;
  readonly #input: LoweringInput;
  #variables = new Map<VariableSymbol, VariableHome>();
  /** Where callbacks find the variables that they only read. */
  readonly #copies = new Map<VariableSymbol, Place>();
  #builder: FunctionBuilder;
  #exits: Exits = {};
  #span: Span = { start: 0, end: 0 };
  #remembered = new RememberedValues();

  constructor(input: LoweringInput) {
    this.#input = input;
    this.#builder = input.builder;
    this.resources = input.resources;
    this.target = input.target;
    this.env = input.env;
    this.config = input.config;
  }

  get builder(): FunctionBuilder {
    return this.#builder;
  }

  get exits(): Exits {
    return this.#exits;
  }

  get span(): Span {
    return this.#span;
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

  memory(expression: Expression, into?: Destination): MemoryValue {
    const value = this.value(expression, into);
    if (value.kind === 'memory') return value;
    const type = this.typeOf(expression);
    if (value.kind !== 'number' || (type.kind !== 'record' && type.kind !== 'array')) {
      throw new Error(`${expression.kind} lies in no memory`);
    }
    const size = storageBytes(type);
    const destination = into !== undefined && into.size >= size ? into : { place: this.allocate(size), size };
    const bytes = type.kind === 'record' ? type.size : storageBytes(type);
    const source = { address: value.operand, space: readSpace(type.space), bytes };
    this.#at(expression, () => readBytes(this, source, destination));
    return destination;
  }

  storeInto(expression: Expression, into: Destination, type: Type): void {
    if (isScalar(type)) {
      this.builder.store(8, into.place, this.number(expression));
      return;
    }
    if (type.kind === 'tuple' && (expression.kind === 'tuple' || expression.kind === 'record')) {
      lowerTuple(this, expression, type, into);
      return;
    }
    const given = storedType(this.typeOf(expression));
    const fits = given.kind === 'string' || (storageBytes(given) === into.size && !reordered(given, type));
    const value = this.memory(expression, fits ? into : undefined);
    if (value.place !== into.place) convertValue(this, given, value, type, into);
  }

  value(expression: Expression, into?: Destination): Value {
    return this.#at(expression, () => this.#valueOf(expression, into));
  }

  #at<T>({ span }: Expression, write: () => T): T {
    const outer = this.#span;
    this.#span = span;
    const written = write();
    this.#span = outer;
    return written;
  }

  #valueOf(expression: Expression, into?: Destination): Value {
    const constant = constantOf(expression, this);
    if (constant !== undefined) return numberValue(BigInt.asIntN(64, constant));
    switch (expression.kind) {
      case 'integer':
        return numberValue(BigInt.asIntN(64, expression.value));
      case 'boolean':
        return numberValue(expression.value ? 1n : 0n);
      case 'string':
        return lowerLiteral(this, expression.value, into);
      case 'identifier':
        return this.#builtin(expression.name, into);
      case 'variable':
        return this.#readVariable(expression);
      case 'map':
        return this.#readMap(expression);
      case 'call': {
        const definition = findFunction(expression.name);
        return definition?.kind === 'function' ? definition.lower(expression, this, into) : noValue;
      }
      case 'binary':
        return isCondition(expression) ? this.#truth(expression) : lowerBinary(this, expression);
      case 'unary':
        if (expression.operator === '!') return this.#truth(expression);
        return expression.operator === '*' ? lowerDereference(this, expression, into) : lowerUnary(this, expression);
      case 'cast':
        return lowerCast(this, expression, into);
      case 'update':
        return updateTarget(this, expression, true);
      case 'ternary': {
        const truth = comptimeTruth(expression.condition, this);
        if (truth === undefined) return this.#ternary(expression, into);
        return this.value(truth ? expression.then : expression.otherwise, into);
      }
      case 'comptime':
        return this.value(expression.operand, into);
      case 'member':
        return lowerMember(this, expression, into);
      case 'index':
        return lowerIndex(this, expression, into);
      case 'tuple':
      case 'record': {
        const type = this.typeOf(expression);
        if (type.kind !== 'tuple') throw new Error('a tuple without its type');
        const size = storageBytes(type);
        const destination = into !== undefined && into.size === size ? into : { place: this.allocate(size), size };
        lowerTuple(this, expression, type, destination);
        return { kind: 'memory', ...destination };
      }
      case 'block-expression':
        this.#blockStatements(expression);
        return expression.value === undefined ? noValue : this.value(expression.value, into);
      case 'sizeof':
      case 'offsetof':
        throw new Error(`${expression.kind} is a constant`);
    }
  }

  effect(expression: Expression): void {
    if (expression.kind === 'update') updateTarget(this, expression, false);
    else if (expression.kind === 'block-expression') {
      this.builder.frame.scope(() => {
        this.#blockStatements(expression);
        if (expression.value !== undefined) this.effect(expression.value);
      });
    } else this.value(expression);
  }

  /** Of a function in place of its call: each `return` goes to what follows. */
  #blockStatements({ statements, call }: BlockExpression): void {
    if (call !== true) {
      lowerStatements(this, statements);
      return;
    }
    const { builder } = this;
    const after = builder.newBlock();
    const { exit } = this.#exits;
    this.#leaving({ return: () => builder.jump(after), ...(exit && { exit }) }, () => {
      this.conditional(() => lowerStatements(this, statements));
    });
    builder.jump(after);
    builder.startBlock(after);
  }

  block(block: Block): void {
    lowerBlock(this, block);
  }

  condition(expression: Expression, then: number, otherwise: number): void {
    lowerCondition(this, expression, then, otherwise);
  }

  #builtin(name: string, into?: Destination): Value {
    const definition = findBuiltin(name);
    if (definition === undefined) return noValue;
    if (definition.constant !== true) return definition.lower(this, into);
    return numberValue(this.once(name, () => operandOf(definition.lower(this))));
  }

  /** A number that was looked up before, and has not been changed since, is not looked up again. */
  #readMap(access: MapAccess): Value {
    const { key } = access;
    if (key === undefined || !isScalar(this.typeOf(access)) || !isConstantKey(key)) return readMap(this, access);
    const operand = this.once(`${access.name}[${printExpression(key)}`, () => operandOf(readMap(this, access)));
    return numberValue(operand);
  }

  once(name: string, find: () => Operand): Operand {
    const known = this.#remembered.find(name);
    if (known !== undefined) return known;
    const found = find();
    this.#remembered.keep(name, found);
    return found;
  }

  forgetMap(name: string): void {
    this.#remembered.forget(`${name}[`);
  }

  conditional(write: () => void): void {
    this.#within(new RememberedValues(this.#remembered), write);
  }

  #within(remembered: RememberedValues, write: () => void): void {
    const outer = this.#remembered;
    this.#remembered = remembered;
    write();
    this.#remembered = outer;
  }

  #readVariable(variable: Variable): Value {
    const home = this.declareVariable(variable);
    switch (home.kind) {
      case 'register':
        if (home.builder !== this.builder) return numberValue(this.builder.load(8, this.#copyOf(variable)));
        // A copy: the variable may change before the value is used, as in `$x + $x++`.
        return numberValue(this.builder.copy(home.register));
      case 'cell':
        return numberValue(this.builder.load(8, home.place));
      case 'memory':
        return home;
    }
  }

  assignVariable(variable: Variable, value: Expression): void {
    const home = this.declareVariable(variable);
    if (home.kind !== 'memory') {
      this.writeVariable(variable, this.number(value));
      return;
    }
    const type = this.variableType(this.symbolOf(variable));
    // What reads the variable must not find it half written.
    const itself = value.kind !== 'variable' && mentions(value, variable.name);
    if (!itself) {
      this.storeInto(value, home, type);
      return;
    }
    const copy = { place: this.allocate(home.size), size: home.size };
    this.storeInto(value, copy, type);
    copyValue(this, copy, home);
  }

  writeVariable(variable: Variable, value: Operand): void {
    const home = this.declareVariable(variable);
    const type = this.variableType(this.symbolOf(variable));
    const cut = type.kind === 'integer' && type.fixed === true;
    const kept = cut ? resize(this.builder, value, type.size, type.signed) : value;
    if (home.kind === 'register') this.builder.assign(home.register, kept);
    else this.builder.store(8, home.place, kept);
  }

  clearVariable(variable: Variable): void {
    const home = this.declareVariable(variable);
    if (home.kind === 'memory') clearMemory(this, home.place, home.size);
    else this.writeVariable(variable, 0n);
  }

  symbolOf(variable: Variable): VariableSymbol {
    const symbol = this.#input.bindings.get(variable);
    if (symbol === undefined) throw new Error(`${variable.name} is bound to nothing`);
    return symbol;
  }

  variableType(symbol: VariableSymbol): Type {
    return this.#input.typing.variables.get(symbol) ?? unknown;
  }

  declareVariable(variable: Variable): VariableHome {
    const symbol = this.symbolOf(variable);
    const known = this.#variables.get(symbol);
    if (known !== undefined) return known;
    const home = this.#newHome(this.variableType(symbol), this.#isShared(symbol));
    this.#variables.set(symbol, home);
    return home;
  }

  /** Whether it lives in memory that callbacks reach: what they change, and what no register holds. */
  #isShared(symbol: VariableSymbol): boolean {
    const { written, read } = this.#input.shared;
    if (written.has(symbol) || isScalar(this.variableType(symbol))) return written.has(symbol);
    return [...read.values()].some((symbols) => symbols.has(symbol));
  }

  #copyOf(variable: Variable): Place {
    const place = this.#copies.get(this.symbolOf(variable));
    if (place === undefined) throw new Error(`${variable.name} was not copied for a callback`);
    return place;
  }

  #newHome(type: Type, shared: boolean): VariableHome {
    const { builder } = this;
    if (isScalar(type) && !shared) return { kind: 'register', register: builder.newRegister(), builder };
    const size = storageBytes(type);
    const place = inObject(builder.frame.allocate(size, { shared }).id);
    return isScalar(type) ? { kind: 'cell', place } : { kind: 'memory', place, size };
  }

  inLoop(exits: Exits, body: () => void): void {
    const outer = this.looping;
    this.looping = true;
    this.#leaving(exits, () => this.#within(new RememberedValues(this.#remembered, true), body));
    this.looping = outer;
  }

  #leaving(exits: Exits, body: () => void): void {
    const outer = this.#exits;
    this.#exits = exits;
    body();
    this.#exits = outer;
  }

  inCopy(body: () => void): void {
    const outside = new Map(this.#variables);
    body();
    this.#variables = outside;
  }

  inCallback(loop: Loop, builder: FunctionBuilder, body: () => void): void {
    const outer = this.#builder;
    for (const symbol of this.#input.shared.read.get(loop) ?? []) {
      const home = this.#variables.get(symbol);
      if (home?.kind !== 'register') continue;
      const place = inObject(outer.frame.allocate(8, { shared: true }).id);
      outer.store(8, place, home.register);
      this.#copies.set(symbol, place);
    }
    this.#builder = builder;
    this.#within(new RememberedValues(this.#remembered, true), body);
    this.#builder = outer;
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

  #ternary(expression: Expression & { kind: 'ternary' }, into?: Destination): Value {
    const { builder } = this;
    const type = storedType(this.typeOf(expression));
    const size = storageBytes(type);
    const inMemory = type.kind !== 'void' && !isScalar(type);
    const destination = inMemory
      ? into !== undefined && into.size >= size
        ? into
        : { place: this.allocate(size), size }
      : undefined;
    const result = builder.newRegister();
    const [yes, no, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
    this.condition(expression.condition, yes, no);
    for (const [block, branch] of [
      [yes, expression.then],
      [no, expression.otherwise],
    ] as const) {
      builder.startBlock(block);
      this.conditional(() => {
        if (destination !== undefined) this.storeInto(branch, destination, type);
        else if (type.kind === 'void') this.effect(branch);
        else builder.assign(result, this.number(branch));
      });
      builder.jump(after);
    }
    builder.startBlock(after);
    if (destination !== undefined) return { kind: 'memory', ...destination };
    return type.kind === 'void' ? noValue : numberValue(result);
  }
}

/** Records of the same fields in another order. */
function reordered(given: Type, held: Type): boolean {
  return given.kind === 'tuple' && held.kind === 'tuple' && given.names?.join() !== held.names?.join();
}

function operandOf(value: Value): Operand {
  if (value.kind !== 'number') throw new Error('this is no number');
  return value.operand;
}
