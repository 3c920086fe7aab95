import { pageSize } from '../ffi/libc.ts';
import type { BpfMap } from '../map/bpf-map.ts';
import { ringSize } from '../map/map-layout.ts';
import { type OnRecord, pendingBytes, readRecords } from './read-records.ts';
import { type MappedRing, mapRing } from './ring-memory.ts';

/** The reading end of a ring buffer map. There must be only one for a map. */
export class RingBuffer {
  /** Bytes. */
  readonly size: number;
  #ring: MappedRing | null;

  constructor(map: BpfMap) {
    this.size = ringSize(map.spec.maxEntries, pageSize());
    this.#ring = mapRing(map.fd, this.size);
  }

  /** See `readRecords`. After close there are none. */
  read(limit: number, onRecord: OnRecord): number {
    return this.#ring === null ? 0 : readRecords(this.#ring.memory, limit, onRecord);
  }

  /** Bytes that wait to be read. */
  pending(): number {
    return this.#ring === null ? 0 : pendingBytes(this.#ring.memory);
  }

  close(): void {
    this.#ring?.unmap();
    this.#ring = null;
  }
}
