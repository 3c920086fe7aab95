import { lowerLiteral } from './lower-string.ts';
import { lowerSyscallNumber } from './lower-syscall.ts';
import type { Lowering } from './lowering.ts';
import { copyValue } from './memory.ts';
import { internalMaps } from './resources.ts';
import { type Destination, inRegister, type Value } from './value.ts';

/** The name of the probe: a literal, or where several probes share the program, read from the table of their names. */
export function lowerProbeName(lowering: Lowering, into?: Destination): Value {
  const { builder, target } = lowering;
  const { names, context } = target;
  if (names === undefined || context.kind !== 'tracepoint' || context.raw === undefined) {
    return lowerLiteral(lowering, target.name, into);
  }
  const { size } = names;
  const destination = into !== undefined && into.size >= size ? into : { place: lowering.allocate(size), size };
  const index = builder.copy(builder.binary('sub', lowerSyscallNumber(lowering, context.raw), BigInt(names.first)));
  // That it is within the table is known here, but the verifier wants to see it.
  builder.when('uge', index, BigInt(names.count), () => builder.assign(index, 0n));
  const table = builder.mapValue(internalMaps.names, names.offset);
  const entry = builder.binary('add', table, builder.binary('mul', index, BigInt(size)));
  copyValue(lowering, { place: inRegister(builder.register(entry)), size }, destination);
  return { kind: 'memory', ...destination };
}
