import { pageSize } from '../ffi/libc.ts';
import type { BpfMap } from '../map/bpf-map.ts';
import { ringSize } from '../map/map-layout.ts';
import { type OnRecord, pendingBytes, readRecords } from './read-records.ts';
import { type MappedRing, mapRing } from './ring-memory.ts';
import { SavedRecords } from './saved-records.ts';

/** Records are copied out of a ring that is fuller than one in so many parts. */
const SAVED_ABOVE = 8;
/**
 * What may wait outside of the ring, bytes: a third of a second of a million small events a second. What is more waits in
 * the ring, and programs that find that full count it.
 */
const MAX_SAVED_BYTES = 16 * 1024 * 1024;
/** After so many records the ring is looked at again: a cold process needs milliseconds for them. */
const FEW = 256;

/** The reading end of a ring buffer map. There must be only one for a map. */
export class RingBuffer {
  /** Bytes. */
  readonly size: number;
  readonly #saved = new SavedRecords();
  #ring: MappedRing | null;

  constructor(map: BpfMap) {
    this.size = ringSize(map.spec.maxEntries, pageSize());
    this.#ring = mapRing(map.fd, this.size);
  }

  /** See `readRecords`. After close there are none. */
  read(limit: number, onRecord: OnRecord): number {
    let taken = 0;
    while (this.#ring !== null && taken < limit) {
      const { memory } = this.#ring;
      if (pendingBytes(memory) > this.size / SAVED_ABOVE && this.#saved.size < MAX_SAVED_BYTES)
        this.#saved.save(memory);
      const few = Math.min(limit - taken, FEW);
      const read = this.#saved.size > 0 ? this.#saved.take(few, onRecord) : readRecords(memory, few, onRecord);
      if (read === 0 && this.#saved.size === 0) break;
      taken += read;
    }
    return taken;
  }

  /** Bytes that wait to be read. */
  pending(): number {
    return this.#ring === null ? 0 : this.#saved.size + pendingBytes(this.#ring.memory);
  }

  /** The least bytes that programs have found free in the ring since this was asked the last time. */
  leastFree(): number {
    if (this.#ring === null) return this.size;
    const { memory } = this.#ring;
    const most = Math.max(memory.most, pendingBytes(memory));
    memory.most = 0;
    return this.size - most;
  }

  close(): void {
    this.#ring?.unmap();
    this.#ring = null;
  }
}
