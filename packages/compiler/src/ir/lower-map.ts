import type { Assignment, Expression, MapAccess, Update, Variable } from '../syntax/ast.ts';
import type { MapLayout } from '../types/map-layout.ts';
import { isSigned } from '../types/type.ts';
import { arithmetic } from './lower-number.ts';
import type { Lowering } from './lowering.ts';
import { copyString } from './memory.ts';
import { internalMaps } from './resources.ts';
import { inRegister, noValue, numberValue, type Operand, type Place, placeAt, type Value } from './value.ts';

/** bpf_map_update_elem only where there is no entry yet. */
const BPF_NOEXIST = 1n;
const BPF_ANY = 0n;

/** Evaluates the parts of a key into memory, each zero after its end. */
export function lowerKey(lowering: Lowering, layout: MapLayout, key: readonly Expression[]): Place {
  const place = lowering.allocate(layout.keySize);
  for (const [index, field] of layout.key.entries()) {
    const part = key[index] as Expression;
    const at = placeAt(place, field.offset);
    if (field.type === 'string') lowering.stringInto(part, { place: at, size: field.size });
    else lowering.builder.store(8, at, lowering.number(part));
  }
  return place;
}

export function lookUp(lowering: Lowering, layout: MapLayout, key: Place): number {
  return lowering.builder.call('map_lookup_elem', { kind: 'map', map: layout.map }, { kind: 'address', place: key });
}

/** The value of `@m[k]` or of `@m`; without an entry 0 or the empty string. */
export function readMap(lowering: Lowering, access: MapAccess): Value {
  const { builder } = lowering;
  const layout = lowering.map(access.name);
  if (layout.value.kind !== 'scalar') throw new Error(`${access.name} is no map of plain values`);
  const { field } = layout.value;
  if (layout.keyless) return valueAt(lowering, builder.mapValue(layout.map, 0), layout);
  const entry = lookUp(lowering, layout, lowerKey(lowering, layout, access.key ?? []));
  if (field.type === 'string') {
    // Without an entry the string is read from a map of zeros.
    const found = builder.copy(entry);
    lowering.resources.needZeros(field.size);
    builder.when('eq', found, 0n, () => builder.assign(found, builder.mapValue(internalMaps.zeros, 0)));
    return { kind: 'string', place: inRegister(found, field.offset), size: field.size };
  }
  const result = builder.copy(0n);
  builder.when('ne', entry, 0n, () => builder.assign(result, builder.load(8, inRegister(entry, field.offset))));
  return numberValue(result);
}

function valueAt(lowering: Lowering, entry: number, layout: MapLayout): Value {
  if (layout.value.kind !== 'scalar') throw new Error('no plain value');
  const { field } = layout.value;
  const place = inRegister(entry, field.offset);
  if (field.type === 'string') return { kind: 'string', place, size: field.size };
  return numberValue(lowering.builder.load(8, place));
}

/** `@m[k] = v` and `@m = v` of plain values. */
export function writeMap(lowering: Lowering, access: MapAccess, value: Expression): void {
  const { builder } = lowering;
  const layout = lowering.map(access.name);
  if (layout.value.kind !== 'scalar') throw new Error(`${access.name} is no map of plain values`);
  const { field } = layout.value;
  if (field.type !== 'string') {
    storeNumber(lowering, access, lowering.number(value));
  } else if (layout.keyless) {
    const source = lowering.string(value);
    const entry = builder.mapValue(layout.map, 0);
    copyString(lowering, source, { place: inRegister(entry, field.offset), size: field.size });
    builder.store(8, inRegister(entry), 1n);
  } else {
    const text = { place: lowering.allocate(field.size), size: field.size };
    lowering.stringInto(value, text);
    insert(lowering, layout, lowerKey(lowering, layout, access.key ?? []), text.place);
  }
}

function storeNumber(lowering: Lowering, access: MapAccess, value: Operand): void {
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
  insert(lowering, layout, lowerKey(lowering, layout, access.key ?? []), cell);
}

function insert(lowering: Lowering, layout: MapLayout, key: Place, value: Place): void {
  const refused = lowering.builder.call(
    'map_update_elem',
    { kind: 'map', map: layout.map },
    { kind: 'address', place: key },
    { kind: 'address', place: value },
    { kind: 'operand', operand: BPF_ANY },
  );
  lowering.builder.when('ne', refused, 0n, () => lowering.countLoss('mapFull'));
}

/**
 * Runs `update` on the entry of a key, made of zeros where there is none. An insert that loses the race with another
 * CPU finds the other's entry; one that the map refuses is counted.
 */
export function withEntry(lowering: Lowering, layout: MapLayout, key: Place, update: (entry: number) => void): void {
  const { builder } = lowering;
  const entry = builder.copy(lookUp(lowering, layout, key));
  const [found, missing, refused, after] = [
    builder.newBlock(),
    builder.newBlock(),
    builder.newBlock(),
    builder.newBlock(),
  ];
  builder.branch('ne', entry, 0n, found, missing);
  builder.startBlock(missing);
  lowering.resources.needZeros(layout.valueSize);
  builder.call(
    'map_update_elem',
    { kind: 'map', map: layout.map },
    { kind: 'address', place: key },
    { kind: 'address', place: inRegister(builder.mapValue(internalMaps.zeros, 0)) },
    { kind: 'operand', operand: BPF_NOEXIST },
  );
  builder.assign(entry, lookUp(lowering, layout, key));
  builder.branch('ne', entry, 0n, found, refused);
  builder.startBlock(refused);
  lowering.countLoss('mapFull');
  builder.jump(after);
  builder.startBlock(found);
  update(entry);
  builder.jump(after);
  builder.startBlock(after);
}

/** `@m[k]++`, `$x--` and so on: the value before, or after for a prefix. */
export function updateTarget(lowering: Lowering, expression: Update, wanted: boolean): Value {
  const step = expression.operator === '++' ? 1n : -1n;
  const { builder } = lowering;
  if (expression.target.kind === 'map') {
    const before = addToMap(lowering, expression.target, step, wanted);
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
  const { target, operator, value } = statement;
  if (operator === undefined) throw new Error('no operation');
  const amount = lowering.number(value);
  if (target.kind === 'map' && (operator === '+' || operator === '-')) {
    addToMap(lowering, target, operator === '+' ? amount : builder.negate(amount), false);
    return;
  }
  const signed = isSigned(lowering.typeOf(target)) || isSigned(lowering.typeOf(value));
  const result = arithmetic(builder, operator, lowering.number(target), amount, signed);
  if (target.kind === 'map') storeNumber(lowering, target, result);
  else lowering.writeVariable(target as Variable, result);
}

/** Adds to a number in a map without losing what others add; the value before, where it is wanted. */
function addToMap(lowering: Lowering, access: MapAccess, amount: Operand, wanted: boolean): Operand {
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
    withEntry(lowering, layout, lowerKey(lowering, layout, access.key ?? []), (entry) => add(entry, 0));
  }
  return before ?? 0n;
}
