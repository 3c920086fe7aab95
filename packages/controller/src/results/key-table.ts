import { randomInt } from 'node:crypto';
import { grown } from './grown.ts';

/** Of FNV-1a with 32 bits: RFC 9923. */
const FNV_PRIME = 0x0100_0193;
const firstKeys = 16;

/** Which keys collide is a secret of this process: nodes choose their keys. */
const secret = randomInt(2 ** 32);

/** Numbers keys, which are bytes, from 0 in the order in which they come. */
export class KeyTable {
  size = 0;
  /** The bytes of all keys; of one of them, from `starts` to `ends`. */
  bytes = new Uint8Array(firstKeys * 16);
  starts = new Int32Array(firstKeys);
  ends = new Int32Array(firstKeys);
  #hashes = new Int32Array(firstKeys);
  /** Where in `#table` each key is. */
  #places = new Int32Array(firstKeys);
  /** Number of the key and one, by hash: open addressing, at most half full. */
  #table = new Int32Array(2 * firstKeys);

  /** The number of the key from `start` to `end` of `bytes`; the next one where it is new. */
  put(bytes: Uint8Array, start: number, end: number): number {
    let hash = secret | 0;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), FNV_PRIME);
    // The lowest bits choose the place, and depend on few of the key's.
    hash ^= hash >>> 15;
    const mask = this.#table.length - 1;
    let place = hash & mask;
    for (let entry = this.#table[place] as number; entry !== 0; entry = this.#table[place] as number) {
      if (this.#hashes[entry - 1] === hash && this.#isKey(entry - 1, bytes, start, end)) return entry - 1;
      place = (place + 1) & mask;
    }
    if (2 * (this.size + 1) > this.#table.length) {
      this.#grow();
      return this.put(bytes, start, end);
    }
    return this.#add(hash, place, bytes, start, end);
  }

  clear(): void {
    for (let number = 0; number < this.size; number++) this.#table[this.#places[number] as number] = 0;
    this.size = 0;
  }

  #isKey(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.starts[number] as number;
    if ((this.ends[number] as number) - from !== end - start) return false;
    const own = this.bytes;
    for (let at = start, mine = from; at < end; at++, mine++) if (own[mine] !== bytes[at]) return false;
    return true;
  }

  #add(hash: number, place: number, bytes: Uint8Array, start: number, end: number): number {
    const number = this.size++;
    const from = number === 0 ? 0 : (this.ends[number - 1] as number);
    const to = from + end - start;
    if (to > this.bytes.length) this.bytes = grown(this.bytes, to);
    for (let at = start, mine = from; at < end; at++, mine++) this.bytes[mine] = bytes[at] as number;
    this.starts[number] = from;
    this.ends[number] = to;
    this.#hashes[number] = hash;
    this.#places[number] = place;
    this.#table[place] = number + 1;
    return number;
  }

  #grow(): void {
    const room = this.#table.length;
    this.starts = grown(this.starts, room);
    this.ends = grown(this.ends, room);
    this.#hashes = grown(this.#hashes, room);
    this.#places = grown(this.#places, room);
    this.#table = new Int32Array(2 * room);
    const mask = this.#table.length - 1;
    for (let number = 0; number < this.size; number++) {
      let place = (this.#hashes[number] as number) & mask;
      while (this.#table[place] !== 0) place = (place + 1) & mask;
      this.#table[place] = number + 1;
      this.#places[number] = place;
    }
  }
}
