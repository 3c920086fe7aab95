import type { CellColumns } from '@bpfleet/contracts';
import { grown } from './grown.ts';

const firstCells = 64;

/**
 * Sparse vectors of 64-bit cells, by number: slots ascending, the values in two halves. Each has a piece of the columns for itself, and
 * gets one twice as large where it outgrows it.
 */
export class CellLists implements CellColumns {
  slots = new Uint32Array(firstCells);
  lows = new Int32Array(firstCells);
  highs = new Int32Array(firstCells);
  /** Where each list begins, and how many cells it has. */
  firsts = new Int32Array(firstCells);
  counts = new Int32Array(firstCells);
  #rooms = new Int32Array(firstCells);
  #end = 0;

  /** Makes an empty list of this number. */
  open(list: number): void {
    if (list >= this.firsts.length) {
      this.firsts = grown(this.firsts, list + 1);
      this.counts = grown(this.counts, list + 1);
      this.#rooms = grown(this.#rooms, list + 1);
    }
    this.firsts[list] = 0;
    this.counts[list] = 0;
    this.#rooms[list] = 0;
  }

  /** Adds `count` cells from `first` on, slot by slot, as the kernel adds: modulo 2^64. */
  add(list: number, cells: CellColumns, first: number, count: number): void {
    let at = this.firsts[list] as number;
    let end = at + (this.counts[list] as number);
    for (let index = first; index < first + count; index++) {
      const slot = cells.slots[index] as number;
      while (at < end && (this.slots[at] as number) < slot) at++;
      if (at === end || this.slots[at] !== slot) {
        at = this.#insert(list, at, slot);
        end = (this.firsts[list] as number) + (this.counts[list] as number);
      }
      const low = ((this.lows[at] as number) >>> 0) + ((cells.lows[index] as number) >>> 0);
      this.lows[at] = low;
      this.highs[at] = (this.highs[at] as number) + (cells.highs[index] as number) + (low > 0xffff_ffff ? 1 : 0);
    }
  }

  /** Whether a cell of the list is not zero: those that are have gone. */
  hasAny(list: number): boolean {
    const first = this.firsts[list] as number;
    const end = first + (this.counts[list] as number);
    for (let at = first; at < end; at++) if (this.lows[at] !== 0 || this.highs[at] !== 0) return true;
    return false;
  }

  /** The cells that are not zero, by slot, in two's complement. */
  cellsOf(list: number): Map<number, bigint> {
    const first = this.firsts[list] as number;
    const cells = new Map<number, bigint>();
    for (let at = first; at < first + (this.counts[list] as number); at++) {
      const [low, high] = [this.lows[at] as number, this.highs[at] as number];
      if (low !== 0 || high !== 0) cells.set(this.slots[at] as number, (BigInt(high) << 32n) | BigInt(low >>> 0));
    }
    return cells;
  }

  clear(): void {
    this.#end = 0;
  }

  /** Makes a cell of zero before the one at `at`. Returns where it is now. */
  #insert(list: number, at: number, slot: number): number {
    const count = this.counts[list] as number;
    const place = count === (this.#rooms[list] as number) ? this.#move(list, at) : at;
    const end = (this.firsts[list] as number) + count;
    for (const column of [this.slots, this.lows, this.highs]) column.copyWithin(place + 1, place, end);
    this.slots[place] = slot;
    this.lows[place] = 0;
    this.highs[place] = 0;
    this.counts[list] = count + 1;
    return place;
  }

  /** Gives a list twice the room. Returns where what was at `at` is now. */
  #move(list: number, at: number): number {
    const [from, count] = [this.firsts[list] as number, this.counts[list] as number];
    const room = Math.max(1, 2 * count);
    const to = this.#end;
    this.#end += room;
    if (this.#end > this.slots.length) {
      this.slots = grown(this.slots, this.#end);
      this.lows = grown(this.lows, this.#end);
      this.highs = grown(this.highs, this.#end);
    }
    for (const column of [this.slots, this.lows, this.highs]) column.copyWithin(to, from, from + count);
    this.firsts[list] = to;
    this.#rooms[list] = room;
    return to + at - from;
  }
}
