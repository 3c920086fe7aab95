import type { CFunction } from '@bpfleet/bpf';
import type { CheckContext } from '../builtins/definition.ts';
import { findBuiltin, findFunction } from '../builtins/index.ts';
import type { CompileConfig, CompileEnv } from '../env.ts';
import type { ProbeTarget } from '../probes/provider.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import type { Span } from '../source/span.ts';
import type { Binary, Expression, Index, MapAccess, Member, Ternary } from '../syntax/ast.ts';
import { btfType } from '../types/btf-type.ts';
import { recordOf } from '../types/record.ts';
import { textBytes } from '../types/text-bytes.ts';
import { fieldType } from '../types/tracepoint-type.ts';
import {
  type AddressSpace,
  arithmeticType,
  definite,
  describe,
  type IntegerSize,
  int64,
  isNumber,
  isStorable,
  neutralInteger,
  sameType,
  stringType,
  type Type,
  uint64,
  unify,
  unknown,
} from '../types/type.ts';
import { constantValue } from './fold-constants.ts';
import type { Bindings, MapSymbol, VariableSymbol } from './model.ts';

export interface TyperInput {
  readonly env: CompileEnv;
  readonly config: CompileConfig;
  readonly target: ProbeTarget;
  readonly maps: ReadonlyMap<string, MapSymbol>;
  readonly bindings: Bindings;
  readonly variables: Map<VariableSymbol, Type>;
  /** null while types are still being inferred. */
  readonly diagnostics: Diagnostics | null;
}

/** Finds the type of every expression of one probe, and teaches the maps and variables what is stored in them. */
export class ExpressionTyper implements CheckContext {
  readonly env: CompileEnv;
  readonly config: CompileConfig;
  readonly target: ProbeTarget;
  readonly types = new Map<Expression, Type>();
  /** Whether a map or variable has learnt something new. */
  changed = false;
  readonly #input: TyperInput;

  constructor(input: TyperInput) {
    this.#input = input;
    this.env = input.env;
    this.config = input.config;
    this.target = input.target;
  }

  report: CheckContext['report'] = (code, span, message, hint) => {
    this.#input.diagnostics?.error(code, span, message, hint);
  };

  warn: CheckContext['warn'] = (code, span, message, hint) => {
    this.#input.diagnostics?.warning(code, span, message, hint);
  };

  typeOf(expression: Expression): Type {
    const type = this.#compute(expression);
    this.types.set(expression, type);
    return type;
  }

  numberType(expression: Expression, use: string): Type {
    const type = this.typeOf(expression);
    if (isNumber(type)) return type;
    this.report('type-mismatch', expression.span, `${use} takes a number, not ${describe(type)}`);
    return unknown;
  }

  mapOf(access: MapAccess): MapSymbol {
    const symbol = this.#map(access);
    if (access.key !== undefined) this.#key(access, symbol);
    if (!symbol.written) {
      const written = [...this.#input.maps.values()].filter((map) => map.written).map((map) => map.name);
      this.report('undefined-map', access.span, `Undefined map: ${access.name}`, () =>
        didYouMean(access.name, written),
      );
    }
    return symbol;
  }

  /** The map that is assigned to, its key checked. */
  writtenMap(access: MapAccess): MapSymbol {
    const symbol = this.#map(access);
    this.#key(access, symbol);
    return symbol;
  }

  storeInMap(access: MapAccess, type: Type, span: Span): void {
    const symbol = this.writtenMap(access);
    const merged = symbol.value === undefined ? type : unify(symbol.value, type);
    if (merged === undefined) {
      const held = describe(symbol.value ?? unknown);
      this.report('type-mismatch', span, `Type mismatch for ${access.name}: it holds ${held}, not ${describe(type)}`);
    } else if (!sameType(merged, symbol.value)) {
      symbol.value = merged;
      this.changed = true;
    }
  }

  storeInVariable(symbol: VariableSymbol | undefined, type: Type, span: Span): void {
    if (symbol === undefined) return;
    const held = this.#input.variables.get(symbol);
    const merged = held === undefined ? type : unify(held, type);
    if (merged === undefined) {
      const message = `Type mismatch for ${symbol.name}: it holds ${describe(held ?? unknown)}, not ${describe(type)}`;
      this.report('type-mismatch', span, message);
    } else if (!sameType(merged, held)) {
      this.#input.variables.set(symbol, merged);
      this.changed = true;
    }
  }

  #compute(expression: Expression): Type {
    switch (expression.kind) {
      case 'integer':
        return expression.value < 1n << 63n ? neutralInteger : uint64;
      case 'string':
        return stringType(textBytes(expression.value).length);
      case 'identifier':
        return findBuiltin(expression.name)?.check(expression, this) ?? unknown;
      case 'variable': {
        const symbol = this.#input.bindings.get(expression);
        return definite((symbol && this.#input.variables.get(symbol)) ?? unknown);
      }
      case 'map':
        return this.#mapValue(expression);
      case 'call':
        return this.#call(expression);
      case 'binary':
        return this.#binary(expression);
      case 'unary':
        return this.#unary(expression);
      case 'update':
        return this.#update(expression);
      case 'ternary':
        return this.#ternary(expression);
      case 'member':
        return this.#member(expression);
      case 'index':
        return this.#index(expression);
      case 'cast':
        return this.#cast(expression);
      case 'tuple':
        this.report('unsupported', expression.span, 'tuples are only supported as keys of maps');
        return unknown;
    }
  }

  #map(access: MapAccess): MapSymbol {
    const symbol = this.#input.maps.get(access.name);
    if (symbol === undefined) throw new Error(`map ${access.name} was not collected`);
    return symbol;
  }

  #key(access: MapAccess, symbol: MapSymbol): void {
    const parts = (access.key ?? []).map((part) => this.#keyPart(part));
    if (symbol.key === undefined) {
      symbol.key = parts;
      this.changed = true;
      return;
    }
    if (symbol.key.length !== parts.length) {
      this.report('type-mismatch', access.span, keyMismatch(access.name, parts, symbol.key));
      return;
    }
    const merged = symbol.key.map((held, index) => unify(held, parts[index] ?? unknown));
    if (merged.includes(undefined)) {
      this.report('type-mismatch', access.span, keyMismatch(access.name, parts, symbol.key));
    } else if (merged.some((part, index) => !sameType(part, symbol.key?.[index]))) {
      symbol.key = merged as Type[];
      this.changed = true;
    }
  }

  #keyPart(part: Expression): Type {
    const type = this.typeOf(part);
    if (isStorable(type)) return type;
    this.report('type-mismatch', part.span, `${describe(type)} cannot be part of a key`);
    return unknown;
  }

  #mapValue(access: MapAccess): Type {
    const symbol = this.mapOf(access);
    if (access.key === undefined) {
      if ((symbol.key?.length ?? 0) > 0) {
        const message = `${access.name} has keys: name one of them`;
        this.report('type-mismatch', access.span, message, `write ${access.name}[...]`);
        return unknown;
      }
      this.#key(access, symbol);
    }
    if (symbol.value?.kind !== 'aggregate') return definite(symbol.value ?? unknown);
    const message = `the ${symbol.value.aggregate} in ${access.name} is kept per CPU and cannot be read in a probe`;
    this.report('unsupported', access.span, message, `print(${access.name}) prints it`);
    return unknown;
  }

  #call(call: Expression & { kind: 'call' }): Type {
    const definition = findFunction(call.name);
    if (definition === undefined) {
      for (const argument of call.arguments) this.typeOf(argument);
      return unknown;
    }
    const count = call.arguments.length;
    if (count < definition.minimum || count > definition.maximum) {
      const wanted =
        definition.minimum === definition.maximum
          ? `${definition.minimum}`
          : `${definition.minimum} to ${definition.maximum}`;
      const hint = `write ${definition.signature}`;
      const plural = wanted === '1' ? '' : 's';
      this.report(
        'invalid-argument',
        call.span,
        `${call.name}() takes ${wanted} argument${plural} (${count} given)`,
        hint,
      );
      return definition.kind === 'aggregate' ? unknown : { kind: 'unknown' };
    }
    return definition.check(call, this);
  }

  #binary(expression: Binary): Type {
    const { operator } = expression;
    const left = this.typeOf(expression.left);
    const right = this.typeOf(expression.right);
    if (left.kind === 'string' && right.kind === 'string' && (operator === '==' || operator === '!=')) {
      this.#warnNeverEqual(expression, left.size, right.size);
      return neutralInteger;
    }
    const compares = ['==', '!=', '<', '<=', '>', '>=', '&&', '||'].includes(operator);
    if (!isNumber(left) || !isNumber(right)) {
      if (left.kind === 'unknown' || right.kind === 'unknown') return compares ? neutralInteger : unknown;
      const message = `Type mismatch for '${operator}': comparing ${describe(left)} with ${describe(right)}`;
      const other = `The ${operator} operator can not be used on ${describe(left)} and ${describe(right)}`;
      const equality = operator === '==' || operator === '!=';
      this.report('type-mismatch', expression.span, equality ? message : other);
      return compares ? neutralInteger : unknown;
    }
    return compares ? neutralInteger : this.#folded(expression, arithmeticType(left, right));
  }

  /** Literals keep no signedness of their own through arithmetic, unless the result is negative. */
  #folded(expression: Expression, type: Type): Type {
    if (type.kind !== 'integer' || type.neutral !== true) return type;
    const value = constantValue(expression);
    if (value === undefined) return type;
    return value < 0n ? int64 : value >= 1n << 63n ? uint64 : type;
  }

  #warnNeverEqual(expression: Binary, left: number, right: number): void {
    const { left: l, right: r } = expression;
    const literal = l.kind === 'string' ? l : r.kind === 'string' ? r : undefined;
    if (literal === undefined || (l.kind === 'string' && r.kind === 'string')) return;
    const size = l.kind === 'string' ? right : left;
    if (textBytes(literal.value).length <= size) return;
    const message = `the other string has at most ${size - 1} characters, so it is never equal to this`;
    this.warn('invalid-use', literal.span, message);
  }

  #unary(expression: Expression & { kind: 'unary' }): Type {
    const type = this.numberType(expression.operand, `'${expression.operator}'`);
    if (expression.operator === '!') return neutralInteger;
    if (expression.operator === '-') return int64;
    if (type.kind !== 'integer') return type.kind === 'unknown' ? unknown : uint64;
    if (expression.operator === '~' && type.neutral) return int64;
    return type.neutral ? type : { kind: 'integer', size: 8, signed: type.signed };
  }

  #update(expression: Expression & { kind: 'update' }): Type {
    const { target, operator } = expression;
    if (target.kind === 'map') this.storeInMap(target, neutralInteger, expression.span);
    const type = this.typeOf(target);
    if (isNumber(type)) return type;
    this.report('type-mismatch', expression.span, `${operator} takes a number, not ${describe(type)}`);
    return unknown;
  }

  #ternary(expression: Ternary): Type {
    this.conditionType(expression.condition);
    const then = this.typeOf(expression.then);
    const otherwise = this.typeOf(expression.otherwise);
    if (then.kind === 'void' && otherwise.kind === 'void') return then;
    const type = unify(then, otherwise);
    const fits = type !== undefined && (isNumber(type) || type.kind === 'string');
    if (fits) return type;
    const message = `Ternary operator must return the same type: have ${describe(then)} and ${describe(otherwise)}`;
    this.report('type-mismatch', expression.span, message);
    return unknown;
  }

  conditionType(condition: Expression): void {
    const type = this.typeOf(condition);
    if (isNumber(type)) return;
    this.report('type-mismatch', condition.span, `a condition is a number, not ${describe(type)}`);
  }

  #member(expression: Member): Type {
    const object = this.typeOf(expression.object);
    if (object.kind === 'unknown') return unknown;
    if (object.kind !== 'args') return this.#recordField(expression, object);
    const { context } = this.target;
    if (context.kind === 'function') return this.#parameter(expression, context.function, context.space);
    if (context.kind !== 'tracepoint' || context.format === null) return unknown;
    const { fields } = context.format;
    const field = fields.find((candidate) => candidate.name === expression.name);
    if (field === undefined) {
      return this.#unknownArgument(
        expression,
        fields.map((candidate) => candidate.name),
      );
    }
    const type = fieldType(field, context.space, this.config.maxStringLength);
    if (type !== undefined) return type;
    this.report('unsupported', expression.span, `an argument of type '${field.type}' cannot be read yet`);
    return unknown;
  }

  #unknownArgument(expression: Member, names: readonly string[]): Type {
    const all = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
    const message = `${this.target.name} has no argument '${expression.name}'`;
    this.report('unknown-field', expression.nameSpan, message, () => didYouMean(expression.name, names) ?? all);
    return unknown;
  }

  #parameter(expression: Member, found: CFunction | null, space: AddressSpace): Type {
    const { types } = this.env;
    if (found === null || types === undefined) return unknown;
    const parameter = found.parameters.find((candidate) => candidate.name === expression.name);
    if (parameter === undefined) {
      return this.#unknownArgument(
        expression,
        found.parameters.map((candidate) => candidate.name),
      );
    }
    const type = btfType(types, parameter.type, space, this.config.maxStringLength);
    if (type !== undefined && isNumber(type)) return type;
    this.report(
      'unsupported',
      expression.span,
      `the argument '${expression.name}' is passed by value and cannot be read`,
    );
    return unknown;
  }

  #recordField(expression: Member, object: Type): Type {
    const { types } = this.env;
    const record = recordOf(types, object);
    if (types === undefined || record === undefined) {
      this.report('type-mismatch', expression.span, `${describe(object)} has no fields`);
      return unknown;
    }
    const field = types.member(record.id, expression.name);
    if (field === undefined) {
      const names = () => types.members(record.id).map((member) => member.name);
      const message = `struct ${record.name} has no field '${expression.name}'`;
      this.report('unknown-field', expression.nameSpan, message, () => didYouMean(expression.name, names()));
      return unknown;
    }
    const type = btfType(types, field.type, record.space, this.config.maxStringLength);
    if (type !== undefined) return type;
    this.report('unsupported', expression.span, `the field '${expression.name}' cannot be read`);
    return unknown;
  }

  #cast(expression: Expression & { kind: 'cast' }): Type {
    const operand = this.numberType(expression.operand, `(${expression.type})`);
    const pointer = /^(struct|union) (\w+) \*$/.exec(expression.type);
    if (pointer === null) return castType(expression.type);
    if (this.env.tracepoints === null) return unknown;
    const [, kind, name = ''] = pointer;
    const to = this.env.types?.record(kind === 'union' ? 'union' : 'struct', name);
    if (to === undefined) {
      this.report('unknown-name', expression.span, `this kernel's BTF has no ${kind} ${name}`);
      return unknown;
    }
    const { context } = this.target;
    const space = operand.kind === 'pointer' ? operand.space : 'space' in context ? context.space : 'any';
    return { kind: 'pointer', space, text: false, to };
  }

  #index(expression: Index): Type {
    const object = this.typeOf(expression.object);
    this.numberType(expression.index, 'an index');
    if (object.kind === 'unknown') return unknown;
    if (object.kind !== 'array') {
      this.report('type-mismatch', expression.span, `${describe(object)} has no elements`);
      return unknown;
    }
    const index = constantValue(expression.index);
    if (index !== undefined && (index < 0n || index >= BigInt(object.length))) {
      const message = `the index ${index} is out of bounds: the array has ${object.length} elements`;
      this.report('invalid-argument', expression.index.span, message);
    }
    return object.element;
  }
}

function castType(name: string): Type {
  if (name === 'bool') return { kind: 'integer', size: 1, signed: false };
  const bits = /\d+$/.exec(name)?.[0] ?? '64';
  return { kind: 'integer', size: (Number(bits) / 8) as IntegerSize, signed: !name.startsWith('u') };
}

function keyMismatch(name: string, given: readonly Type[], held: readonly Type[]): string {
  if (held.length === 0) return `${name} is used with a key, and elsewhere without`;
  if (given.length === 0) return `${name} is used without a key, and elsewhere with one`;
  const list = (types: readonly Type[]) => types.map(describe).join(', ');
  return `Argument mismatch for ${name}: trying to access with '${list(given)}' when the map expects '${list(held)}'`;
}
