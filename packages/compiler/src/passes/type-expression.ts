import type { CallDefinition, CheckContext } from '../builtins/definition.ts';
import { findBuiltin, findFunction } from '../builtins/index.ts';
import type { CompileConfig, CompileEnv } from '../env.ts';
import type { ProbeTarget } from '../probes/provider.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { Span } from '../source/span.ts';
import type { BlockExpression, Comptime, Expression, MapAccess, Variable } from '../syntax/ast.ts';
import { describe, typeName } from '../types/describe-type.ts';
import { textBytes } from '../types/text-bytes.ts';
import {
  booleanType,
  definite,
  isNumber,
  literalType,
  sameType,
  stringType,
  type Type,
  uint64,
  unify,
  unknown,
} from '../types/type.ts';
import { comptimeTruth, comptimeValue, isKnown } from './comptime.ts';
import type { Bindings, Branch, Doubts, MapSymbol, VariableSymbol } from './model.ts';
import { typeIndex, typeMember } from './type-access.ts';
import { typeCast } from './type-cast.ts';
import { constantOf, typeIn } from './type-constant.ts';
import { MapTyper } from './type-map.ts';
import { typeBinary, typeTernary, typeUnary, typeUpdate } from './type-operator.ts';
import type { Typer } from './typer.ts';

export interface TyperInput {
  readonly env: CompileEnv;
  readonly config: CompileConfig;
  readonly target: ProbeTarget;
  readonly maps: ReadonlyMap<string, MapSymbol>;
  readonly bindings: Bindings;
  readonly doubts: Doubts;
  readonly variables: Map<VariableSymbol, Type>;
  /** null while types are still being inferred. */
  readonly diagnostics: Diagnostics | null;
  /** Types the statements of a block expression. */
  readonly typeStatements: (typer: ExpressionTyper, block: BlockExpression) => void;
}

/** Finds the type of every expression of one probe, and teaches the maps and variables what is stored in them. */
export class ExpressionTyper implements Typer {
  readonly env: CompileEnv;
  readonly config: CompileConfig;
  readonly target: ProbeTarget;
  readonly types = new Map<Expression, Type>();
  /** Whether a map or variable has learnt something new. */
  changed = false;
  readonly maps: MapTyper;
  readonly #input: TyperInput;

  constructor(input: TyperInput) {
    this.#input = input;
    this.env = input.env;
    this.config = input.config;
    this.target = input.target;
    this.maps = new MapTyper(this, input.maps);
  }

  /** Whether types are still being inferred. */
  get inferring(): boolean {
    return this.#input.diagnostics === null;
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

  heldType(expression: Expression): Type {
    const type = this.types.get(expression) ?? this.typeOf(expression);
    if (expression.kind === 'variable') {
      const symbol = this.symbolOf(expression);
      return (symbol && this.#input.variables.get(symbol)) ?? type;
    }
    return expression.kind === 'map' ? (this.#input.maps.get(expression.name)?.value ?? type) : type;
  }

  numberType(expression: Expression, use: string): Type {
    const type = this.typeOf(expression);
    if (isNumber(type)) return type;
    this.report('type-mismatch', expression.span, `${use} takes a number, not ${describe(type)}`);
    return unknown;
  }

  conditionType(condition: Expression): void {
    const type = this.typeOf(condition);
    if (isNumber(type) || type.kind === 'string') return;
    this.report('type-mismatch', condition.span, `Invalid condition: ${typeName(type)}`);
  }

  comptime(expression: Expression): bigint | string | undefined {
    return comptimeValue(expression, this);
  }

  taken<B extends Branch>(condition: Expression, then: B, otherwise: B | undefined): readonly B[] {
    this.conditionType(condition);
    const both = otherwise === undefined ? [then] : [then, otherwise];
    if (condition.kind !== 'comptime') return both;
    const truth = comptimeTruth(condition, this);
    if (truth === undefined) return this.env.tracepoints === null ? both : [];
    const branch = truth ? then : otherwise;
    if (branch === undefined) return [];
    if (!this.inferring) this.#input.doubts.get(branch)?.();
    return [branch];
  }

  mapOf(access: MapAccess): MapSymbol {
    return this.maps.read(access);
  }

  symbolOf(variable: Variable): VariableSymbol | undefined {
    return this.#input.bindings.get(variable);
  }

  storeInVariable(symbol: VariableSymbol | undefined, type: Type, span: Span): void {
    if (symbol === undefined) return;
    const held = this.#input.variables.get(symbol);
    // What a variable was declared to be it stays: numbers are cut to it.
    if (held?.kind === 'integer' && held.fixed === true && isNumber(type) && type.kind !== 'pointer') return;
    const merged = held === undefined ? type : unify(held, type);
    if (merged === undefined) {
      const message = `Type mismatch for ${symbol.name}: trying to assign value of type '${typeName(type)}' when variable already has a type '${typeName(held ?? unknown)}'`;
      this.report('type-mismatch', span, message);
    } else if (!sameType(merged, held)) {
      this.#input.variables.set(symbol, merged);
      this.changed = true;
    }
  }

  #compute(expression: Expression): Type {
    switch (expression.kind) {
      case 'integer':
        return expression.value < 1n << 63n ? literalType(expression.value) : uint64;
      case 'boolean':
        return booleanType;
      case 'string':
        return this.#text(expression);
      case 'identifier':
        return this.#identifier(expression);
      case 'variable': {
        const symbol = this.symbolOf(expression);
        return definite((symbol && this.#input.variables.get(symbol)) ?? unknown);
      }
      case 'map':
        return this.maps.valueOf(expression);
      case 'call':
        return this.#call(expression);
      case 'binary':
        return typeBinary(this, expression);
      case 'unary':
        return typeUnary(this, expression);
      case 'update':
        return typeUpdate(this, expression);
      case 'ternary':
        return typeTernary(this, expression);
      case 'member':
        return typeMember(this, expression);
      case 'index':
        return typeIndex(this, expression);
      case 'cast':
        return typeCast(this, expression);
      case 'tuple':
        return { kind: 'tuple', elements: expression.elements.map((element) => this.#element(element)) };
      case 'record':
        return {
          kind: 'tuple',
          elements: expression.fields.map(({ value }) => this.#element(value)),
          names: expression.fields.map(({ name }) => name),
        };
      case 'comptime':
        return this.#comptime(expression);
      case 'sizeof':
      case 'offsetof':
        return this.#constant(expression);
      case 'block-expression':
        this.#input.typeStatements(this, expression);
        return expression.value === undefined ? { kind: 'void' } : this.typeOf(expression.value);
    }
  }

  #text({ value, span }: Expression & { kind: 'string' }): Type {
    const { length } = textBytes(value);
    const { maxStringLength } = this.config;
    if (length > maxStringLength) {
      this.report('limit', span, `String is too long (over ${maxStringLength} bytes): ${value}`);
    }
    return stringType(length);
  }

  /** A value within a tuple; structures and arrays are copied into it. */
  #element(element: Expression): Type {
    const type = this.typeOf(element);
    if (type.kind !== 'aggregate' && type.kind !== 'void' && type.kind !== 'args') return type;
    this.report('type-mismatch', element.span, `${describe(type)} cannot be part of a tuple`);
    return unknown;
  }

  #identifier(expression: Expression & { kind: 'identifier' }): Type {
    const builtin = findBuiltin(expression.name);
    if (builtin !== undefined) return builtin.check(expression, this);
    const constant = this.env.types?.enumerator(expression.name);
    if (constant === undefined) return unknown;
    return { ...literalType(BigInt.asIntN(64, constant.value)), enumeration: constant.enumeration };
  }

  #comptime(expression: Comptime): Type {
    const type = this.typeOf(expression.operand);
    if (this.env.tracepoints !== null && !isKnown(expression.operand, this)) {
      this.report('invalid-argument', expression.span, 'Unable to resolve comptime expression');
    }
    return type;
  }

  /** What sizeof() measures: of a variable what it holds. */
  #measured(expression: Expression): Type {
    this.typeOf(expression);
    const type = this.heldType(expression);
    this.types.set(expression, type);
    return type;
  }

  #constant(expression: Expression & { kind: 'sizeof' | 'offsetof' }): Type {
    typeIn(expression.of, this);
    const { env, config } = this;
    const value = constantOf(expression, { env, config, typeOf: (one) => this.#measured(one) });
    if (value !== undefined) return uint64;
    if (this.env.tracepoints !== null) {
      this.#unknownConstant(expression);
    }
    return uint64;
  }

  #unknownConstant(expression: Expression & { kind: 'sizeof' | 'offsetof' }): void {
    const { of, span } = expression;
    const type = typeIn(of, this);
    if (of.kind === 'type-name' && (type === undefined || type.kind === 'unknown')) {
      const { tag, name } = of;
      const message = `Cannot resolve unknown type "${tag === undefined ? '' : `${tag} `}${name}"`;
      this.report('unknown-name', of.span, message);
    } else if (expression.kind === 'offsetof' && type !== undefined) {
      const message = `'${typeName(type)}' has no field named '${expression.path.join('.')}'`;
      this.report('unknown-field', span, message);
    } else {
      this.report('unknown-field', span, 'the size of that is not known on this kernel');
    }
  }

  #call(call: Expression & { kind: 'call' }): Type {
    const definition = findFunction(call.name);
    if (definition === undefined) {
      for (const argument of call.arguments) this.typeOf(argument);
      return unknown;
    }
    const count = call.arguments.length;
    if (count >= definition.minimum && count <= definition.maximum) return definition.check(call, this);
    const message = `${call.name}() ${wantedArguments(definition, count)} (${count} provided)`;
    this.report('invalid-argument', call.span, message, `write ${definition.signature}`);
    return unknown;
  }
}

function wantedArguments({ minimum, maximum }: CallDefinition, given: number): string {
  const counted = (count: number) => (count === 1 ? 'one argument' : `${count === 0 ? 'no' : count} arguments`);
  if (minimum === maximum) return `requires ${counted(minimum)}`;
  return given < minimum ? `requires at least ${counted(minimum)}` : `takes up to ${counted(maximum)}`;
}
