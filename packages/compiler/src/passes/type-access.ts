import type { CFunction } from '@bpfleet/bpf';
import { memberIndex } from '../ir/lower-member.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import type { Index, Member } from '../syntax/ast.ts';
import { btfType, NO_TYPES } from '../types/btf-type.ts';
import { typeName } from '../types/describe-type.ts';
import { programArguments, programArgumentType } from '../types/program-argument.ts';
import { recordOf } from '../types/record.ts';
import { fieldType } from '../types/tracepoint-type.ts';
import { type AddressSpace, isNumber, type MemorySpace, type TupleType, type Type, unknown } from '../types/type.ts';
import { constantValue } from './fold-constants.ts';
import type { Typer } from './typer.ts';

/** `args.x`, `tuple.0`, `record.name` and `pointer->field`. */
export function typeMember(typer: Typer, expression: Member): Type {
  const object = typer.typeOf(expression.object);
  switch (object.kind) {
    case 'unknown':
      return unknown;
    case 'tuple':
      return tupleMember(typer, expression, object);
    case 'args':
      return argument(typer, expression);
    default:
      return field(typer, expression, object);
  }
}

function tupleMember(typer: Typer, expression: Member, tuple: TupleType): Type {
  const index = memberIndex(tuple, expression.name);
  const element = tuple.elements[index];
  if (element !== undefined) return element;
  const { elements, names } = tuple;
  const message =
    names === undefined
      ? `Invalid tuple index: ${expression.name}. Found ${elements.length} elements in tuple.`
      : `Record does not contain a field named '${expression.name}'`;
  typer.report('unknown-field', expression.span, message, () => didYouMean(expression.name, names ?? []));
  return unknown;
}

function argument(typer: Typer, expression: Member): Type {
  const { context } = typer.target;
  if (context.kind === 'function') return parameter(typer, expression, context.function, context.space);
  if (context.kind === 'registers') return programArgument(typer, expression);
  if (context.kind !== 'tracepoint' || context.format === null) return unknown;
  const { fields } = context.format;
  const found = fields.find((candidate) => candidate.name === expression.name);
  if (found === undefined) {
    const names = fields.map((candidate) => candidate.name);
    return unknownArgument(typer, expression, names);
  }
  const type = fieldType(found, context.space, typer.config.maxStringLength, typer.env.types);
  if (type !== undefined) return type;
  typer.report('unsupported', expression.span, `an argument of type '${found.type}' cannot be read yet`);
  return unknown;
}

function unknownArgument(typer: Typer, expression: Member, names: readonly string[]): Type {
  const all = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
  const { context, name } = typer.target;
  const message =
    context.kind === 'tracepoint'
      ? `Struct/union of type 'struct ${name}_args' does not contain a field named '${expression.name}'`
      : `Can't find function parameter ${expression.name}`;
  typer.report('unknown-field', expression.span, message, () => didYouMean(expression.name, names) ?? all);
  return unknown;
}

function parameter(typer: Typer, expression: Member, found: CFunction | null, space: AddressSpace): Type {
  const { types } = typer.env;
  if (found === null || types === undefined) return unknown;
  const one = found.parameters.find((candidate) => candidate.name === expression.name);
  if (one === undefined) {
    const names = found.parameters.map((candidate) => candidate.name);
    return unknownArgument(typer, expression, names);
  }
  const type = btfType(types, one.type, space, typer.config.maxStringLength);
  if (type !== undefined && isNumber(type)) return type;
  const message = `the argument '${expression.name}' is passed by value and cannot be read`;
  typer.report('unsupported', expression.span, message);
  return unknown;
}

function programArgument(typer: Typer, expression: Member): Type {
  const { env, config } = typer;
  if (env.tracepoints === null) return unknown;
  const known = programArguments(env) ?? [];
  const found = known.find(({ parameter: one }) => one.name === expression.name);
  if (found === undefined) {
    const names = known.map(({ parameter: one }) => one.name).filter((name) => name !== '');
    return unknownArgument(typer, expression, names);
  }
  const type = programArgumentType(env, found, config.maxStringLength);
  if (type !== undefined) return type;
  typer.report('unsupported', expression.span, `${expression.name} has unsupported type`);
  return unknown;
}

function field(typer: Typer, expression: Member, object: Type): Type {
  const { types } = typer.env;
  const record = recordOf(object);
  if (types === undefined || record === undefined) {
    const message = `Can not access field '${expression.name}' on expression of type '${typeName(typer.heldType(expression.object))}'`;
    const untyped = types === undefined && typer.env.tracepoints !== null && object.kind === 'pointer';
    if (untyped) typer.report('unsupported', expression.span, message, NO_TYPES);
    else typer.report('type-mismatch', expression.span, message);
    return unknown;
  }
  const member = types.member(record.id, expression.name);
  if (member === undefined) {
    const names = () => types.members(record.id).map((one) => one.name);
    const message = `Struct/union of type '${typeName(record)}' does not contain a field named '${expression.name}'`;
    typer.report('unknown-field', expression.span, message, () => didYouMean(expression.name, names()));
    return unknown;
  }
  const type = btfType(types, member.type, record.space, typer.config.maxStringLength);
  if (type !== undefined) return type;
  typer.report('unsupported', expression.span, `the field '${expression.name}' cannot be read`);
  return unknown;
}

/** `array[i]`, `pointer[i]`, `string[i]`. */
export function typeIndex(typer: Typer, expression: Index): Type {
  const object = typer.typeOf(expression.object);
  typer.numberType(expression.index, 'an index');
  switch (object.kind) {
    case 'unknown':
      return unknown;
    case 'string':
      checkBounds(typer, expression, object.bytes);
      return { kind: 'integer', size: 1, signed: true };
    case 'array':
      if (object.length > 0) checkBounds(typer, expression, object.length);
      return located(object.element, object.space);
    case 'pointer':
      if (object.to !== undefined && object.to.kind !== 'void') return located(object.to, object.space);
      break;
    default:
  }
  const message = `The array index operator [] can only be used on arrays, pointers, and tuples, found ${typeName(typer.heldType(expression.object))}.`;
  typer.report('type-mismatch', expression.span, message);
  return unknown;
}

function located(element: Type, space: MemorySpace): Type {
  return element.kind === 'record' || element.kind === 'array' ? { ...element, space } : element;
}

function checkBounds(typer: Typer, { index, span }: Index, length: number): void {
  const value = constantValue(index);
  if (value === undefined || (value >= 0n && value < BigInt(length))) return;
  const message = `the index ${value} is out of bounds for array of size ${length}`;
  const negative = `The array index operator [] only accepts non-negative integer indices. Got: ${typeName(typer.heldType(index))}`;
  typer.report('invalid-argument', span, value < 0n ? negative : message);
}
