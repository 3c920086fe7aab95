import { varintBytes, writeSint64, writeVarint } from '../varint.ts';
import { TAG_CELL, TAG_ENTRIES, TAG_MAP, TAG_MAPS, TAG_SLOT } from './payload-scan.ts';

/** A cell needs at most so many bytes, and its slot; an entry so many besides its key. */
const CELL_BYTES = 10;
const SLOT_BYTES = 5;
const ENTRY_BYTES = 32;

/** Writes map entries as the FramePayload that `PayloadScan` reads. Its buffer serves one payload after the other. */
export class PayloadWriter {
  #bytes = new Uint8Array(16 * 1024);
  #at = 0;
  #map = 0;

  /** Entries that follow are of the map with this id. */
  openMap(id: number): void {
    this.#need(ENTRY_BYTES);
    this.#bytes[this.#at++] = TAG_MAPS;
    this.#map = this.#open();
    if (id !== 0) {
      this.#bytes[this.#at++] = TAG_MAP;
      this.#at = writeVarint(this.#bytes, this.#at, id);
    }
  }

  closeMap(): void {
    this.#close(this.#map);
  }

  /** An entry as it was read: from `start` to `end` of `bytes`. */
  copyEntry(bytes: Uint8Array, start: number, end: number): void {
    this.#need(ENTRY_BYTES + end - start);
    this.#bytes[this.#at++] = TAG_ENTRIES;
    this.#at = writeVarint(this.#bytes, this.#at, end - start);
    this.#copy(bytes, start, end);
  }

  /** An entry of the key from `start` to `end` of `keys`, and its cells from `first` on: those that are not zero, one at least. */
  entry(keys: Uint8Array, start: number, end: number, cells: CellColumns, first: number, count: number): void {
    this.#need(ENTRY_BYTES + end - start + count * (CELL_BYTES + SLOT_BYTES));
    const bytes = this.#bytes;
    const { slots, lows, highs } = cells;
    bytes[this.#at++] = TAG_ENTRIES;
    const entry = this.#open();
    this.#copy(keys, start, end);
    bytes[this.#at++] = TAG_SLOT;
    const slotList = this.#open();
    for (let index = first; index < first + count; index++) {
      if (lows[index] !== 0 || highs[index] !== 0) {
        this.#at = writeVarint(bytes, this.#at, slots[index] as number);
      }
    }
    this.#close(slotList);
    bytes[this.#at++] = TAG_CELL;
    const cellList = this.#open();
    for (let index = first; index < first + count; index++) {
      const [low, high] = [lows[index] as number, highs[index] as number];
      if (low !== 0 || high !== 0) this.#at = writeSint64(bytes, this.#at, low, high);
    }
    this.#close(cellList);
    this.#close(entry);
  }

  /** What was written since the last time. */
  take(): Uint8Array {
    const written = this.#bytes.slice(0, this.#at);
    this.#at = 0;
    return written;
  }

  #copy(bytes: Uint8Array, start: number, end: number): void {
    const into = this.#bytes;
    let at = this.#at;
    for (let index = start; index < end; index++) into[at++] = bytes[index] as number;
    this.#at = at;
  }

  /** A length will be here, most often of one byte. */
  #open(): number {
    return this.#at++;
  }

  #close(length: number): void {
    const body = length + 1;
    const size = this.#at - body;
    const more = varintBytes(size) - 1;
    if (more > 0) {
      this.#need(more);
      this.#bytes.copyWithin(body + more, body, this.#at);
      this.#at += more;
    }
    writeVarint(this.#bytes, length, size);
  }

  #need(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#at + bytes));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Cells as columns: the slot, and the value in two halves. */
export interface CellColumns {
  readonly slots: Uint32Array;
  readonly lows: Int32Array;
  readonly highs: Int32Array;
}
