import type { Expression, RecordLiteral } from '../syntax/ast.ts';
import { isScalar, storageBytes, storedType, type TupleType, type Type, unknown } from '../types/type.ts';
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
  let offset = 0;
  for (const [index, element] of elements.entries()) {
    const held = storedType(type.elements[index] ?? unknown);
    const size = storageBytes(held);
    lowering.storeInto(element, { place: placeAt(into.place, offset), size }, held);
    offset += size;
  }
}

/** An element of a tuple in memory, by its index. */
export function tupleElement(lowering: Lowering, tuple: MemoryValue, type: TupleType, index: number): Value {
  const before = type.elements.slice(0, index).reduce((sum, element) => sum + storageBytes(element), 0);
  const element = type.elements[index] ?? unknown;
  const place = placeAt(tuple.place, before);
  if (isScalar(element)) return numberValue(lowering.builder.load(8, place));
  return { kind: 'memory', place, size: storageBytes(element) };
}

/** Copies a value to where one of a type with longer strings is held. */
export function convertValue(lowering: Lowering, given: Type, value: MemoryValue, held: Type, into: Destination): void {
  const same = storageBytes(given) === storageBytes(held);
  if (given.kind !== 'tuple' || held.kind !== 'tuple' || same) {
    copyValue(lowering, value, into);
    return;
  }
  let from = 0;
  let to = 0;
  for (const [index, element] of given.elements.entries()) {
    const target = held.elements[index] ?? unknown;
    const source = { place: placeAt(value.place, from), size: storageBytes(element) };
    const size = storageBytes(target);
    convertValue(lowering, element, source, target, { place: placeAt(into.place, to), size });
    from += source.size;
    to += size;
  }
}
