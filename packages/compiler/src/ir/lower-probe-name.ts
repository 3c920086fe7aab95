import type { NameTable } from '../probes/provider.ts';
import { textBytes } from '../types/text-bytes.ts';
import { stringType } from '../types/type.ts';
import { lowerLiteral } from './lower-string.ts';
import { lowerSyscallNumber } from './lower-syscall.ts';
import type { Lowering } from './lowering.ts';
import { copyValue } from './memory.ts';
import { internalMaps } from './resources.ts';
import { type Destination, inRegister, type Operand, type Value } from './value.ts';

/** A text that differs between probes. */
interface SharedText {
  readonly text: string;
  /** Of all probes that share the program. */
  readonly table: NameTable | undefined;
  /** Bytes of the longest of its type, where that is not this one's. */
  readonly width: number | undefined;
}

/** A literal, or where several probes share the program, read from a table. */
export function lowerSharedText(lowering: Lowering, shared: SharedText, into?: Destination): Value {
  const { builder } = lowering;
  const { text, table, width } = shared;
  const { size } = table ?? stringType(width ?? textBytes(text).length);
  const destination = into !== undefined && into.size >= size ? into : { place: lowering.allocate(size), size };
  if (table === undefined) return lowerLiteral(lowering, text, destination);
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
  if (context.kind === 'tracepoint' && context.all !== undefined) return lowerSyscallNumber(lowering, context.all);
  return builder.call('get_attach_cookie', { kind: 'operand', operand: builder.context() });
}
