import type { NameTable } from '../probes/provider.ts';
import { lowerLiteral } from './lower-string.ts';
import { lowerSyscallNumber } from './lower-syscall.ts';
import type { Lowering } from './lowering.ts';
import { copyValue } from './memory.ts';
import { internalMaps } from './resources.ts';
import { type Destination, inRegister, type Operand, type Value } from './value.ts';

/** A text that differs between probes: a literal, or where several share the program, read from a table. */
export function lowerSharedText(
  lowering: Lowering,
  text: string,
  table: NameTable | undefined,
  into?: Destination,
): Value {
  if (table === undefined) return lowerLiteral(lowering, text, into);
  const { builder } = lowering;
  const { size } = table;
  const destination = into !== undefined && into.size >= size ? into : { place: lowering.allocate(size), size };
  const index = builder.copy(builder.binary('sub', probeNumber(lowering), BigInt(table.first)));
  // That it is within the table is known here, but the verifier wants to see it.
  builder.when('uge', index, BigInt(table.count), () => builder.assign(index, 0n));
  const start = builder.mapValue(internalMaps.names, table.offset);
  const entry = builder.binary('add', start, builder.binary('mul', index, BigInt(size)));
  copyValue(lowering, { place: inRegister(builder.register(entry)), size }, destination);
  return { kind: 'memory', ...destination };
}

/** Which of the probes it is: the number of the system call, or of the function in the list that was attached. */
function probeNumber(lowering: Lowering): Operand {
  const { builder, target } = lowering;
  const { context } = target;
  if (context.kind === 'tracepoint' && context.raw !== undefined) return lowerSyscallNumber(lowering, context.raw);
  return builder.call('get_attach_cookie', { kind: 'operand', operand: builder.context() });
}
