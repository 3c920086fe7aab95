import type { Expression } from '../syntax/ast.ts';
import { fieldLayout } from '../types/field-layout.ts';
import { uint64 } from '../types/type.ts';
import { fillRecord, RECORD_HEADER } from './lower-record.ts';
import type { Lowering } from './lowering.ts';
import { internalMaps } from './resources.ts';
import { typedPointer } from './typed-pointer.ts';
import { inObject, type Operand, placeAt } from './value.ts';

/** Of bpf_skb_output: to the buffer of the CPU that it runs on, and in the upper half how much of the packet (linux/bpf.h). */
const BPF_F_CURRENT_CPU = 0xffff_ffffn;

/**
 * Sends a record with a packet behind it: the kernel itself copies the packet, which may be in pieces. Gives the helper's result;
 * a buffer that is full is counted as well.
 */
export function sendPacket(
  lowering: Lowering,
  to: { readonly path: string; readonly skip: number },
  packet: Expression,
  length: Expression,
): Operand {
  const { builder, resources } = lowering;
  const bytes = builder.copy(lowering.number(length));
  const field = fieldLayout(uint64, RECORD_HEADER, undefined);
  const size = RECORD_HEADER + field.size;
  resources.packetBuffer = true;
  const id = resources.record({ kind: 'packet', ...to, length: field }, size);
  return builder.frame.scope(() => {
    const record = inObject(builder.frame.allocate(size).id);
    fillRecord(lowering, builder.register(builder.address(record)), id, () => undefined);
    builder.store(8, placeAt(record, field.offset), bytes);
    const flags = builder.binary('or', builder.binary('shl', bytes, 32n), BPF_F_CURRENT_CPU);
    const result = builder.call(
      'skb_output',
      { kind: 'operand', operand: typedPointer(lowering, packet) },
      { kind: 'map', map: internalMaps.packets },
      { kind: 'operand', operand: flags },
      { kind: 'address', place: record },
      { kind: 'operand', operand: BigInt(size) },
    );
    builder.when('ne', result, 0n, () => lowering.countLoss('ringFull'));
    return result;
  });
}
