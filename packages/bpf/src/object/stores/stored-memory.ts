/** What a program has stored in one place of a record. Bytes from where the record begins. */
export interface Store {
  readonly offset: number;
  readonly size: number;
  readonly kind: 'number' | 'text' | 'bytes';
  /** What was stored, where that is known: `ts`, `pid`, `comm`. */
  readonly name?: string;
  /** Numbers may be negative. Of most nobody knows it. */
  readonly signed?: true;
}

/** Far more than a record has fields; a hostile object's are not all kept. */
const MAX_STORES = 512;

/** The stores into one piece of memory: of the stack, of a map's value, of a record that was reserved in a ring. */
export class StoredMemory {
  readonly #stores = new Map<number, Store>();

  /** A later store takes the place of an earlier one, but for a number in what was filled as a whole. Zeroes clear, and say nothing. */
  add(store: Store): void {
    const over = [...this.#stores.values()].filter((each) => overlap(each, store));
    if (store.kind === 'number' && over.some(({ kind, size }) => kind !== 'number' && size > store.size)) return;
    for (const { offset } of over) this.#stores.delete(offset);
    if (this.#stores.size < MAX_STORES) this.#stores.set(store.offset, store);
  }

  /** Those that lie whole within, by their offsets, which then count from `from`. */
  within(from: number, size: number): Store[] {
    return [...this.#stores.values()]
      .filter(({ offset, size: bytes }) => offset >= from && offset + bytes <= from + size)
      .map((store) => ({ ...store, offset: store.offset - from }))
      .sort((a, b) => a.offset - b.offset);
  }

  clear(): void {
    this.#stores.clear();
  }
}

function overlap(a: Store, b: Store): boolean {
  return a.offset < b.offset + b.size && b.offset < a.offset + a.size;
}
