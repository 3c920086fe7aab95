import type { Span } from '../source/span.ts';
import type { Assignment, Expression, MapAccess, Update, Variable } from '../syntax/ast.ts';
import type { MapLayout } from '../types/map-layout.ts';
import { arithmeticType, isScalar, isSigned, type Type } from '../types/type.ts';
import { tellFailure } from './helper-failure.ts';
import { readAggregate } from './lower-aggregate.ts';
import { arithmetic, divide, pointerStep } from './lower-number.ts';
import type { Lowering } from './lowering.ts';
import { lookUp, lowerKey, withEntry } from './map-entry.ts';
import { copyValue } from './memory.ts';
import { internalMaps } from './resources.ts';
import { inRegister, noValue, numberValue, type Operand, type Place, type Value } from './value.ts';

const BPF_ANY = 0n;

/** The value of `@m[k]` or of `@m`; without an entry zeros. */
export function readMap(lowering: Lowering, access: MapAccess): Value {
  const { builder } = lowering;
  const layout = lowering.map(access.name);
  if (layout.value.kind === 'cells') return numberValue(readAggregate(lowering, layout, access.key));
  const { offset, size } = layout.value.field;
  const inOne = isScalar(layout.valueType);
  if (layout.keyless && !layout.perCpu) {
    const place = inRegister(builder.mapValue(layout.map, 0), offset);
    return inOne ? numberValue(builder.load(8, place)) : { kind: 'memory', place, size };
  }
  return entryValue(lowering, layout, lookUp(lowering, layout, lowerKey(lowering, layout, access.key)), access.span);
}

/** The plain value of an entry, which may be null: zeros then. */
function entryValue(lowering: Lowering, layout: MapLayout, entry: number, span: Span): Value {
  const { builder, env } = lowering;
  if (env.readWarnings === true) {
    builder.when('eq', entry, 0n, () => tellFailure(lowering, 'map_lookup_elem', span, 0n));
  }
  if (layout.value.kind === 'cells') throw new Error('no plain value');
  const { offset, size } = layout.value.field;
  if (isScalar(layout.valueType)) {
    const result = builder.copy(0n);
    builder.when('ne', entry, 0n, () => builder.assign(result, builder.load(8, inRegister(entry, offset))));
    return numberValue(result);
  }
  // Without an entry the value is read from a map of zeros.
  const found = builder.copy(entry);
  lowering.resources.needZeros(offset + size);
  builder.when('eq', found, 0n, () => builder.assign(found, builder.mapValue(internalMaps.zeros, 0)));
  return { kind: 'memory', place: inRegister(found, offset), size };
}

/** `@m[k] = v` and `@m = v` of plain values. */
export function writeMap(lowering: Lowering, access: MapAccess, value: Expression, span: Span): void {
  writePlain(lowering, access, value, span);
  lowering.forgetMap(access.name);
}

function writePlain(lowering: Lowering, access: MapAccess, value: Expression, span: Span): void {
  const { builder } = lowering;
  const layout = lowering.map(access.name);
  if (layout.value.kind === 'cells') throw new Error(`${access.name} is no map of plain values`);
  const { offset, size } = layout.value.field;
  if (isScalar(layout.valueType)) {
    storeNumber(lowering, access, lowering.number(value), span);
  } else if (layout.keyless && !layout.perCpu) {
    const source = { place: lowering.allocate(size), size };
    lowering.storeInto(value, source, layout.valueType);
    const entry = builder.mapValue(layout.map, 0);
    copyValue(lowering, source, { place: inRegister(entry, offset), size });
    builder.store(8, inRegister(entry), 1n);
  } else {
    const held = { place: lowering.allocate(size), size };
    lowering.storeInto(value, held, layout.valueType);
    insert(lowering, { layout, key: lowerKey(lowering, layout, access.key), span }, held.place);
  }
}

function storeNumber(lowering: Lowering, access: MapAccess, value: Operand, span: Span): void {
  const { builder } = lowering;
  const layout = lowering.map(access.name);
  if (layout.keyless) {
    const entry = builder.mapValue(layout.map, 0);
    builder.store(8, inRegister(entry, 8), value);
    builder.store(8, inRegister(entry), 1n);
    return;
  }
  const cell = lowering.allocate(8);
  builder.store(8, cell, value);
  insert(lowering, { layout, key: lowerKey(lowering, layout, access.key), span }, cell);
}

function insert(
  lowering: Lowering,
  { layout, key, span }: { readonly layout: MapLayout; readonly key: Place; readonly span: Span },
  value: Place,
): void {
  const refused = lowering.builder.call(
    'map_update_elem',
    { kind: 'map', map: layout.map },
    { kind: 'address', place: key },
    { kind: 'address', place: value },
    { kind: 'operand', operand: BPF_ANY },
  );
  lowering.builder.when('ne', refused, 0n, () => {
    lowering.countLoss('mapFull');
    tellFailure(lowering, 'map_update_elem', span, refused);
  });
}

/** `@m[k]++`, `$x--` and so on: the value before, or after for a prefix. */
export function updateTarget(lowering: Lowering, expression: Update, wanted: boolean): Value {
  const { builder } = lowering;
  const unit = pointerStep(lowering.typeOf(expression.target));
  const step = expression.operator === '++' ? unit : -unit;
  if (expression.target.kind === 'map') {
    const before = addToMap(lowering, expression.target, step, { wanted, span: expression.span });
    return wanted ? numberValue(expression.prefix ? builder.binary('add', before, step) : before) : noValue;
  }
  const before = lowering.number(expression.target);
  const after = builder.binary('add', before, step);
  lowering.writeVariable(expression.target, after);
  return numberValue(expression.prefix ? builder.copy(after) : before);
}

/** `x += v` and its like. On maps, adding and subtracting is atomic; the other operations are not. */
export function compoundAssign(lowering: Lowering, statement: Assignment): void {
  const { builder } = lowering;
  const { target, operator, value, span } = statement;
  if (operator === undefined) throw new Error('no operation');
  const held: Type = lowering.typeOf(target);
  const adds = operator === '+' || operator === '-';
  const unit = adds ? pointerStep(held) : 1n;
  const amount = builder.binary('mul', lowering.number(value), unit);
  if (target.kind === 'map' && adds) {
    addToMap(lowering, target, operator === '+' ? amount : builder.negate(amount), { wanted: false, span });
    return;
  }
  const signed = isSigned(arithmeticType(held, lowering.typeOf(value)));
  const divides = operator === '/' || operator === '%';
  const result = divides
    ? divide(lowering, statement, lowering.number(target), amount, signed)
    : arithmetic(lowering, operator, lowering.number(target), amount, signed);
  if (target.kind === 'map') {
    storeNumber(lowering, target, result, span);
    lowering.forgetMap(target.name);
  } else lowering.writeVariable(target as Variable, result);
}

/** Adds to a number in a map without losing what others add; the value before, where it is wanted. */
function addToMap(
  lowering: Lowering,
  access: MapAccess,
  amount: Operand,
  { wanted, span }: { readonly wanted: boolean; readonly span: Span },
): Operand {
  const { builder } = lowering;
  const layout = lowering.map(access.name);
  const before = wanted ? builder.copy(0n) : undefined;
  const add = (entry: number, offset: number) => {
    const place = inRegister(entry, offset);
    if (before === undefined) {
      builder.atomicAdd(place, amount);
    } else if (lowering.env.features.has('atomic_fetch')) {
      builder.assign(before, builder.atomicFetchAdd(place, amount));
    } else {
      builder.assign(before, builder.load(8, place));
      builder.atomicAdd(place, amount);
    }
  };
  if (layout.keyless) {
    const entry = builder.mapValue(layout.map, 0);
    add(entry, 8);
    builder.store(8, inRegister(entry), 1n);
  } else {
    const key = lowerKey(lowering, layout, access.key);
    withEntry(lowering, { layout, key, span }, (entry) => add(entry, 0));
  }
  lowering.forgetMap(access.name);
  return before ?? 0n;
}
