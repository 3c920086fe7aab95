import { lowerLiteral } from './lower-string.ts';
import type { Lowering } from './lowering.ts';
import { copyString } from './memory.ts';
import { internalMaps } from './resources.ts';
import { inRegister, type StringDestination, type Value } from './value.ts';

/** The name of the probe: a literal, or where several probes share the program, read from the table of their names. */
export function lowerProbeName(lowering: Lowering, into?: StringDestination): Value {
  const { builder, target } = lowering;
  const { names } = target;
  if (names === undefined) return lowerLiteral(lowering, target.name, into);
  const { size } = names;
  const destination = into !== undefined && into.size >= size ? into : { place: lowering.allocate(size), size };
  const index = builder.binary('sub', names.number, BigInt(names.first));
  const table = builder.mapValue(internalMaps.names, names.offset);
  const entry = builder.binary('add', table, builder.binary('mul', index, BigInt(size)));
  copyString(lowering, { place: inRegister(builder.register(entry)), size }, destination);
  return { kind: 'string', ...destination };
}
