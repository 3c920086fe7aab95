import { BUSY, DISCARD, pendingBytes, type RingMemory } from './read-records.ts';

/** Bytes of the ring. */
const SIZE = 256;

/** The kernel's side of a ring, in plain memory: the second copy of the data is kept equal by hand. */
export class FakeRing {
  readonly #data = new ArrayBuffer(2 * SIZE);
  readonly #view = new DataView(this.#data);
  readonly memory: RingMemory;

  constructor(start: bigint) {
    this.memory = {
      consumer: new BigUint64Array([start]),
      producer: new BigUint64Array([start]),
      words: new Int32Array(this.#data),
      bytes: this.#view,
      size: SIZE,
      most: 0,
    };
  }

  /** Reserves a record; null where the ring is full, as the kernel's bpf_ringbuf_reserve. */
  reserve(payload: Uint8Array): number | null {
    const total = (payload.length + 8 + 7) & ~7;
    if (pendingBytes(this.memory) + total > SIZE) return null;
    const position = this.memory.producer[0] ?? 0n;
    const offset = Number(position % BigInt(SIZE));
    this.#setHeader(offset, payload.length | BUSY);
    for (const [index, byte] of payload.entries()) this.#setByte((offset + 8 + index) % SIZE, byte);
    this.memory.producer[0] = BigInt.asUintN(64, position + BigInt(total));
    return offset;
  }

  commit(offset: number, length: number, discard = false): void {
    this.#setHeader(offset, discard ? length | DISCARD : length);
  }

  #setHeader(offset: number, header: number): void {
    this.#view.setUint32(offset, header >>> 0, true);
    this.#view.setUint32((offset + SIZE) % (2 * SIZE), header >>> 0, true);
  }

  #setByte(offset: number, byte: number): void {
    this.#view.setUint8(offset, byte);
    this.#view.setUint8(offset + SIZE, byte);
  }
}
