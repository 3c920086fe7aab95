import { BUSY, DISCARD, giveBack, HEADER_SIZE, type OnRecord, type RingMemory, recordBytes } from './read-records.ts';

interface Copy {
  readonly words: Int32Array;
  readonly bytes: DataView;
  /** Where the next record begins. */
  at: number;
}

/**
 * Records that were copied out of a ring and are still to be read: copying is many times faster than making sense of them,
 * so that a burst finds room in the kernel while a process is still warming up, or busy.
 */
export class SavedRecords {
  readonly #copies: Copy[] = [];
  /** Bytes that wait to be read. */
  size = 0;

  /** Copies all records that are complete, and gives their room back to the kernel. */
  save(ring: RingMemory): void {
    const { consumer, producer, words, bytes, size } = ring;
    const position = Atomics.load(consumer, 0);
    const available = Number(BigInt.asUintN(64, Atomics.load(producer, 0) - position));
    const start = Number(position & BigInt(size - 1));
    let complete = 0;
    while (complete < available) {
      const header = Atomics.load(words, ((start + complete) & (size - 1)) >> 2);
      if ((header & BUSY) !== 0) break;
      complete += recordBytes(header);
    }
    if (complete === 0) return;
    const copy = new Uint8Array(bytes.buffer, bytes.byteOffset + start, complete).slice();
    giveBack(ring, BigInt.asUintN(64, position + BigInt(complete)));
    this.#copies.push({ words: new Int32Array(copy.buffer), bytes: new DataView(copy.buffer), at: 0 });
    this.size += complete;
  }

  /** As `readRecords`. */
  take(limit: number, onRecord: OnRecord): number {
    let taken = 0;
    for (let copy = this.#copies[0]; copy !== undefined; copy = this.#copies[0]) {
      const { words, bytes } = copy;
      while (copy.at < bytes.byteLength) {
        if (taken >= limit) return taken;
        const offset = copy.at;
        const header = words[offset >> 2] as number;
        copy.at += recordBytes(header);
        this.size -= recordBytes(header);
        if ((header & DISCARD) !== 0) continue;
        taken++;
        onRecord(bytes, offset + HEADER_SIZE, header);
      }
      this.#copies.shift();
    }
    return taken;
  }
}
