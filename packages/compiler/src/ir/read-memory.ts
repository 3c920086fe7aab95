import type { AddressSpace } from '../types/type.ts';
import type { Lowering } from './lowering.ts';
import { clearMemory } from './memory.ts';
import { type Operand, placeAt, type StringDestination, type Value } from './value.ts';

export interface TextSource {
  readonly address: Operand;
  readonly space: AddressSpace;
  /** At most this many bytes are read, with the zero at the end. */
  readonly bytes: number;
  /** Bytes of the value, a multiple of 8. */
  readonly size: number;
  /** Whether a longer text is a loss: not where the script itself asked for so many bytes. */
  readonly countTruncated: boolean;
}

/** Copies a text out of user or kernel memory. Where that fails the string is empty, and the failure is counted. */
export function readText(lowering: Lowering, source: TextSource, into?: StringDestination): Value {
  const { builder } = lowering;
  const { address, space, bytes, size } = source;
  const destination = into !== undefined && into.size >= size ? into : { place: lowering.allocate(size), size };
  clearMemory(lowering, destination.place, destination.size);
  const held = builder.copy(address);
  const read = builder.call(
    space === 'user' ? 'probe_read_user_str' : 'probe_read_kernel_str',
    { kind: 'address', place: destination.place },
    { kind: 'operand', operand: BigInt(bytes) },
    { kind: 'operand', operand: held },
  );
  builder.when('slt', read, 0n, () => lowering.countLoss('readFailed'));
  if (source.countTruncated) countTruncated(lowering, source, held, read);
  return { kind: 'string', ...destination };
}

/** A text that fills its buffer was cut, unless the byte that did not fit is its zero. */
function countTruncated(lowering: Lowering, source: TextSource, address: number, read: number): void {
  const { builder } = lowering;
  builder.when('eq', read, BigInt(source.bytes), () => {
    builder.frame.scope(() => {
      const next = lowering.allocate(8);
      builder.store(8, next, 0n);
      builder.call(
        source.space === 'user' ? 'probe_read_user' : 'probe_read_kernel',
        { kind: 'address', place: next },
        { kind: 'operand', operand: 1n },
        { kind: 'operand', operand: builder.binary('add', address, BigInt(source.bytes - 1)) },
      );
      builder.when('ne', builder.load(1, placeAt(next, 0)), 0n, () => lowering.countLoss('truncated'));
    });
  });
}
