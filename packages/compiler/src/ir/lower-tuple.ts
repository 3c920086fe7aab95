import type { Expression, RecordLiteral } from '../syntax/ast.ts';
import { fieldPlaces, isScalar, storageBytes, storedType, type TupleType, type Type, unknown } from '../types/type.ts';
import type { Lowering, MemoryValue } from './lowering.ts';
import { copyValue } from './memory.ts';
import { type Destination, numberValue, placeAt, type Value } from './value.ts';

/** Leaves the elements of `(a, b)` or `(x=a, y=b)` one after the other. */
export function lowerTuple(
  lowering: Lowering,
  expression: (Expression & { kind: 'tuple' }) | RecordLiteral,
  type: TupleType,
  into: Destination,
): void {
  const elements = expression.kind === 'tuple' ? expression.elements : expression.fields.map((field) => field.value);
  const given = lowering.typeOf(expression);
  const places = given.kind === 'tuple' ? fieldPlaces(given, type) : undefined;
  // In the order they are written in, which may not be that of the record.
  for (const [index, element] of elements.entries()) {
    const place = places?.[index] ?? index;
    const held = storedType(type.elements[place] ?? unknown);
    const at = { place: placeAt(into.place, offsetOf(type, place)), size: storageBytes(held) };
    lowering.storeInto(element, at, held);
  }
}

/** Where the element of that index begins. */
function offsetOf({ elements }: TupleType, index: number): number {
  return elements.slice(0, index).reduce((sum, element) => sum + storageBytes(storedType(element)), 0);
}

/** An element of a tuple in memory, by its index. */
export function tupleElement(lowering: Lowering, tuple: MemoryValue, type: TupleType, index: number): Value {
  const before = offsetOf(type, index);
  const element = type.elements[index] ?? unknown;
  const place = placeAt(tuple.place, before);
  if (isScalar(element)) return numberValue(lowering.builder.load(8, place));
  return { kind: 'memory', place, size: storageBytes(element) };
}

/** Copies a value to where one of a type with longer strings, or with its fields in another order, is held. */
export function convertValue(lowering: Lowering, given: Type, value: MemoryValue, held: Type, into: Destination): void {
  const same =
    storageBytes(given) === storageBytes(held) &&
    (given.kind !== 'tuple' || held.kind !== 'tuple' || given.names?.join() === held.names?.join());
  if (given.kind !== 'tuple' || held.kind !== 'tuple' || same) {
    copyValue(lowering, value, into);
    return;
  }
  const places = fieldPlaces(given, held);
  for (const [index, element] of given.elements.entries()) {
    const place = places?.[index] ?? index;
    const target = held.elements[place] ?? unknown;
    const source = { place: placeAt(value.place, offsetOf(given, index)), size: storageBytes(element) };
    const destination = { place: placeAt(into.place, offsetOf(held, place)), size: storageBytes(target) };
    convertValue(lowering, element, source, target, destination);
  }
}
