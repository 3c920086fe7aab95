import type { OnRecord } from './read-records.ts';

/**
 * The buffer that the kernel fills for a perf event, as it is mapped (`struct perf_event_mmap_page`, linux/perf_event.h).
 * Positions are bytes since the buffer was made; they only grow.
 */
export interface PerfMemory {
  /** One element, written by the kernel. */
  readonly head: BigUint64Array;
  /** One element, written by us. */
  readonly tail: BigUint64Array;
  readonly bytes: DataView;
  /** Bytes of the data: a power of two. */
  readonly size: number;
}

/** `struct perf_event_header`: type 0, misc 4, size 6. */
const HEADER_SIZE = 8;
const RECORD_LOST = 2;
const RECORD_SAMPLE = 9;
/** Of a sample with PERF_SAMPLE_RAW alone: the length of what the program gave, rounded up so that the record is a multiple of 8. */
const RAW_LENGTH = 8;
const RAW_DATA = 12;
/** Of a lost record: after the event's number. */
const LOST_COUNT = 16;

/**
 * Takes at most `limit` samples, in order, and gives their room back to the kernel. If `onRecord` throws, that record counts
 * as taken. A sample may be up to 7 bytes longer than what the program gave.
 *
 * @param onLost how many samples found no room since the last that did
 * @returns how many samples were taken
 */
export function readPerfRecords(
  memory: PerfMemory,
  limit: number,
  onRecord: OnRecord,
  onLost: (count: bigint) => void,
): number {
  const { head, tail, bytes, size } = memory;
  let position = Atomics.load(tail, 0);
  // Acquire: what is before the head is written.
  const end = Atomics.load(head, 0);
  let taken = 0;
  try {
    while (position !== end && taken < limit) {
      const left = Number(BigInt.asUintN(64, end - position));
      const offset = Number(position & BigInt(size - 1));
      // Records begin at multiples of 8, so a header is never cut in two.
      const type = bytes.getUint32(offset, true);
      const length = bytes.getUint16(offset + 6, true);
      if (length < HEADER_SIZE || length > left) break;
      position = BigInt.asUintN(64, position + BigInt(length));
      if (type !== RECORD_SAMPLE && type !== RECORD_LOST) continue;
      const whole = offset + length <= size ? bytes : joined(bytes, offset, length, size);
      const start = whole === bytes ? offset : 0;
      if (type === RECORD_LOST) {
        onLost(whole.getBigUint64(start + LOST_COUNT, true));
        continue;
      }
      taken++;
      const raw = whole.getUint32(start + RAW_LENGTH, true);
      onRecord(whole, start + RAW_DATA, Math.min(raw, length - RAW_DATA));
    }
    return taken;
  } finally {
    // Release: we have read everything before the kernel may write over it.
    Atomics.store(tail, 0, position);
  }
}

/** Bytes that wait to be read. */
export function pendingPerfBytes({ head, tail }: PerfMemory): number {
  return Number(BigInt.asUintN(64, Atomics.load(head, 0) - Atomics.load(tail, 0)));
}

/** A record that runs over the end of the data, put together. */
function joined(bytes: DataView, offset: number, length: number, size: number): DataView {
  const whole = new Uint8Array(length);
  const data = new Uint8Array(bytes.buffer, bytes.byteOffset, size);
  whole.set(data.subarray(offset));
  whole.set(data.subarray(0, offset + length - size), size - offset);
  return new DataView(whole.buffer);
}
