import { fieldLayout } from '../types/field-layout.ts';
import { type AddressSpace, uint64 } from '../types/type.ts';
import { RECORD_HEADER, sendCopy } from './lower-record.ts';
import type { Lowering } from './lowering.ts';
import { callReader, readInteger } from './read-memory.ts';
import { internalMaps } from './resources.ts';
import { inRegister, type Operand, placeAt } from './value.ts';

/** As bpftrace has it: so many texts, each of at most so many bytes with its zero. */
const MAX_TEXTS = 16n;
const TEXT_BYTES = 1024;
/** The record tells where its texts end: a buffer of a perf event may have some bytes more. */
const endField = fieldLayout(uint64, RECORD_HEADER, undefined);
const TEXTS = RECORD_HEADER + endField.size;

/**
 * Sends the texts that an array of pointers leads to, up to a null. They are put one after the other in scratch memory,
 * so that the record is no longer than they are. A loop of the program: its counter is what the verifier bounds it by.
 */
export function lowerJoin(lowering: Lowering, array: Operand, space: AddressSpace, separator: string): void {
  const { builder, resources } = lowering;
  resources.eventRing = true;
  const most = TEXTS + Number(MAX_TEXTS) * TEXT_BYTES;
  const record = lowering.allocate(most);
  const id = resources.record({ kind: 'join', separator, end: endField }, TEXTS);
  const next = builder.copy(array);
  const left = builder.copy(MAX_TEXTS);
  const end = builder.copy(BigInt(TEXTS));
  const [again, fits, some, read, done] = [
    builder.newBlock(),
    builder.newBlock(),
    builder.newBlock(),
    builder.newBlock(),
    builder.newBlock(),
  ];
  builder.jump(again);
  builder.startBlock(again);
  // Checked just before it is used: the verifier must see that a whole text fits.
  builder.branch('ugt', end, BigInt(most - TEXT_BYTES), done, fits);
  builder.startBlock(fits);
  const text = readInteger(lowering, next, space, 8);
  builder.branch('eq', text, 0n, done, some);
  builder.startBlock(some);
  const into = builder.register(builder.binary('add', builder.address(record), end));
  builder.store(1, inRegister(into), 0n);
  const bytes = callReader(lowering, 'text', space, inRegister(into), BigInt(TEXT_BYTES), text);
  builder.branch('slt', bytes, 0n, done, read);
  builder.startBlock(read);
  // Kernel 6.1 and older say 0 of an empty text of a program, as if its zero were no byte. Without a branch, which the verifier
  // would follow anew in every round.
  const uncounted = builder.binary('ushr', builder.binary('sub', bytes, 1n), 63n);
  builder.assign(end, builder.binary('add', end, builder.binary('add', bytes, uncounted)));
  builder.assign(next, builder.binary('add', next, 8n));
  builder.assign(left, builder.binary('sub', left, 1n));
  builder.branch('ne', left, 0n, again, done);
  builder.startBlock(done);
  builder.store(8, record, BigInt(id));
  builder.store(8, placeAt(record, 8), builder.call('ktime_get_ns'));
  builder.store(8, placeAt(record, endField.offset), end);
  sendBytes(lowering, record, end, most);
}

function sendBytes(lowering: Lowering, record: Parameters<typeof placeAt>[0], end: number, most: number): void {
  const { builder } = lowering;
  const size = builder.copy(end);
  builder.when('ule', size, BigInt(most), () => {
    sendCopy(lowering, { map: internalMaps.events, loss: 'ringFull' }, record, size);
  });
}
