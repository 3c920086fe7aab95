/**
 * The two positions and the data of a ring buffer, as the kernel maps them (linux/bpf.h, kernel/bpf/ringbuf.c).
 * Positions are bytes since the ring was made; they only grow. The data is mapped twice in a row, so a record that
 * runs over the end of the ring is contiguous.
 */
export interface RingMemory {
  /** One element, written by us. */
  readonly consumer: BigUint64Array;
  /** One element, written by the kernel. */
  readonly producer: BigUint64Array;
  /** Twice the ring, as 32-bit words for the headers. */
  readonly words: Int32Array;
  /** The same memory, byte by byte. */
  readonly bytes: DataView;
  /** Bytes of the ring: a power of two. */
  readonly size: number;
  /** The most that has waited at once, bytes, as far as it was seen when room was given back. */
  most: number;
}

/** A record lies in `bytes` at `offset`; it is gone when the call returns. */
export type OnRecord = (bytes: DataView, offset: number, length: number) => void;

/** Of a record's header: it is still written, or nobody is to see it. The rest is its length (linux/bpf.h). */
export const BUSY = 1 << 31;
export const DISCARD = 1 << 30;
export const HEADER_SIZE = 8;

/** What a record takes in the ring, its header included, bytes. */
export function recordBytes(header: number): number {
  return ((header & ~DISCARD) + HEADER_SIZE + 7) & ~7;
}

/**
 * Takes at most `limit` records that are complete, in order, and gives their room back to the kernel.
 * Stops before a record that a program is still writing. Discarded records are passed over and not counted.
 * If `onRecord` throws, that record counts as taken.
 *
 * @returns how many records were taken
 */
export function readRecords(ring: RingMemory, limit: number, onRecord: OnRecord): number {
  const { consumer, producer, words, bytes, size } = ring;
  const mask = BigInt(size - 1);
  const freeEvery = size >> 3;
  let position = Atomics.load(consumer, 0);
  let taken = 0;
  // Bytes passed since `position` was last written back.
  let passed = 0;
  try {
    for (;;) {
      const available = Number(BigInt.asUintN(64, Atomics.load(producer, 0) - position));
      const start = Number(position & mask);
      passed = 0;
      while (passed < available) {
        if (taken >= limit) return taken;
        const offset = (start + passed) & (size - 1);
        // Acquire: the header is read before the record it guards.
        const header = Atomics.load(words, offset >> 2);
        if ((header & BUSY) !== 0) return taken;
        passed += recordBytes(header);
        if ((header & DISCARD) === 0) {
          taken++;
          onRecord(bytes, offset + HEADER_SIZE, header);
        }
        if (passed >= freeEvery) break;
      }
      if (passed === 0) return taken;
      position = BigInt.asUintN(64, position + BigInt(passed));
      passed = 0;
      // Release: we have read everything before the kernel may write over it.
      giveBack(ring, position);
    }
  } finally {
    if (passed !== 0) giveBack(ring, BigInt.asUintN(64, position + BigInt(passed)));
  }
}

/** The kernel may write up to there. Until then the ring only fills, so that now is when it is known how full it has been. */
export function giveBack(ring: RingMemory, position: bigint): void {
  ring.most = Math.max(ring.most, pendingBytes(ring));
  Atomics.store(ring.consumer, 0, position);
}

/** Bytes that wait to be read, discarded and unfinished records included. */
export function pendingBytes(ring: RingMemory): number {
  return Number(BigInt.asUintN(64, Atomics.load(ring.producer, 0) - Atomics.load(ring.consumer, 0)));
}
