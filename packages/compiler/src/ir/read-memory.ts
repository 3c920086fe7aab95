import type { AddressSpace } from '../types/type.ts';
import { readFailed } from './helper-failure.ts';
import type { Lowering } from './lowering.ts';
import { clearMemory } from './memory.ts';
import { readHelper } from './read-helper.ts';
import { type Destination, type Operand, type Place, placeAt, type Value } from './value.ts';

export interface TextSource {
  readonly address: Operand;
  readonly space: AddressSpace;
  /** At most this many bytes are read, with the zero at the end; no more than `size`, as the verifier must see. */
  readonly bytes: number | { readonly operand: Operand };
  /** Bytes of the value, a multiple of 8. */
  readonly size: number;
  /** Whether a longer text is a loss: not where the script itself asked for so many bytes. */
  readonly countTruncated: boolean;
  /** An array of that many bytes: its last is a character where no zero is among them. */
  readonly array?: boolean;
}

/** Copies a text out of user or kernel memory. Where that fails the string is empty, and the failure is counted. */
export function readText(lowering: Lowering, source: TextSource, into?: Destination): Value {
  const { builder } = lowering;
  const { address, space, bytes, size } = source;
  const destination = into !== undefined && into.size >= size ? into : { place: lowering.allocate(size), size };
  clearMemory(lowering, destination.place, destination.size);
  const held = builder.copy(address);
  const most = typeof bytes === 'number' ? BigInt(bytes) : bytes.operand;
  const read = callReader(lowering, 'text', space, destination.place, most, held);
  builder.when('slt', read, 0n, () =>
    readFailed(lowering, source.array === true ? 'probe_read' : 'probe_read_str', read),
  );
  if (source.countTruncated && typeof bytes === 'number') countTruncated(lowering, { space, bytes }, held, read);
  if (source.array === true && typeof bytes === 'number') {
    const last = BigInt(bytes - 1);
    builder.when('eq', read, BigInt(bytes), () => {
      const from = builder.binary('add', held, last);
      callReader(lowering, 'bytes', space, placeAt(destination.place, bytes - 1), 1n, from);
    });
  }
  return { kind: 'memory', ...destination };
}

/** A text that fills its buffer was cut, unless the byte that did not fit is its zero. */
function countTruncated(
  lowering: Lowering,
  { space, bytes }: { readonly space: AddressSpace; readonly bytes: number },
  address: number,
  read: number,
): void {
  const { builder } = lowering;
  builder.when('eq', read, BigInt(bytes), () => {
    builder.frame.scope(() => {
      const next = lowering.allocate(8);
      builder.store(8, next, 0n);
      callReader(lowering, 'bytes', space, next, 1n, builder.binary('add', address, BigInt(bytes - 1)));
      builder.when('ne', builder.load(1, placeAt(next, 0)), 0n, () => lowering.countLoss('truncated'));
    });
  });
}

/**
 * The number in `bytes` bytes of memory (1 to 8), zero above. Where it cannot be read it is 0, and the failure is
 * counted.
 */
export function readInteger(lowering: Lowering, address: Operand, space: AddressSpace, bytes: number): number {
  const { builder } = lowering;
  const cell = lowering.allocate(8);
  builder.store(8, cell, 0n);
  const read = callReader(lowering, 'bytes', space, cell, BigInt(bytes), address);
  builder.when('slt', read, 0n, () => readFailed(lowering, 'probe_read', read));
  return builder.load(8, cell);
}

/** Copies bytes of other memory to a place of the program's own; what cannot be read is zero, and counted. */
export function readBytes(
  lowering: Lowering,
  source: { readonly address: Operand; readonly space: AddressSpace; readonly bytes: number },
  into: Destination,
): void {
  const { builder } = lowering;
  const bytes = Math.min(source.bytes, into.size);
  if (into.size > (bytes & ~7)) clearMemory(lowering, placeAt(into.place, bytes & ~7), into.size - (bytes & ~7));
  const read = callReader(lowering, 'bytes', source.space, into.place, BigInt(bytes), source.address);
  // The helpers clear what they could not read.
  builder.when('slt', read, 0n, () => readFailed(lowering, 'probe_read', read));
}

/** Calls the helper for the memory an address is in; gives its result: of a text its bytes with the zero. */
export function callReader(
  lowering: Lowering,
  what: 'text' | 'bytes',
  space: AddressSpace,
  into: Place,
  bytes: Operand,
  address: Operand,
): number {
  const { builder, env } = lowering;
  const call = (from: 'user' | 'kernel') =>
    builder.call(
      readHelper(env, what, from),
      { kind: 'address', place: into },
      { kind: 'operand', operand: bytes },
      { kind: 'operand', operand: address },
    );
  if (space !== 'any') return call(space);
  const result = builder.newRegister();
  const [user, kernel, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  builder.branch('slt', address, 0n, kernel, user);
  builder.startBlock(kernel);
  builder.assign(result, call('kernel'));
  builder.jump(after);
  builder.startBlock(user);
  builder.assign(result, call('user'));
  builder.jump(after);
  builder.startBlock(after);
  return result;
}
