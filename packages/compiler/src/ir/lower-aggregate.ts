import type { AggregateDefinition } from '../builtins/definition.ts';
import type { Call, MapAccess } from '../syntax/ast.ts';
import type { MapLayout } from '../types/map-layout.ts';
import { lookUp, lowerKey, withEntry } from './lower-map.ts';
import type { Lowering } from './lowering.ts';
import { inRegister } from './value.ts';

/** `@m[k] = count()` and its like: folds a measured value into the entry of this CPU. */
export function updateAggregate(
  lowering: Lowering,
  access: MapAccess,
  call: Call,
  definition: AggregateDefinition,
): void {
  const { builder } = lowering;
  const layout = lowering.map(access.name);
  const { value, valueType: type } = layout;
  if (value.kind !== 'cells' || type.kind !== 'aggregate') throw new Error(`${access.name} is no map of aggregates`);
  const measured = definition.measure(call, lowering);
  const update = (register: number) => {
    const cell = { register, cells: value.offset, ...(value.set === undefined ? {} : { flag: value.set }) };
    definition.update(lowering, measured, cell, type);
    if (value.set !== undefined) builder.store(8, inRegister(register, value.set), 1n);
  };
  if (!layout.keyless) {
    withEntry(lowering, layout, lowerKey(lowering, layout, access.key ?? []), update);
    return;
  }
  const entry = lookUpOnly(lowering, layout);
  builder.when('ne', entry, 0n, () => update(entry));
}

/** The one element of a per-CPU array; null for the verifier alone. */
function lookUpOnly(lowering: Lowering, layout: MapLayout): number {
  const key = lowering.allocate(4);
  lowering.builder.store(4, key, 0n);
  return lookUp(lowering, layout, key);
}
