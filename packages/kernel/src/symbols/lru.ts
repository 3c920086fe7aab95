/** Values that were used last, as many as fit. */
export class Lru<Key, Value> {
  readonly #entries = new Map<Key, { readonly value: Value; readonly cost: number }>();
  readonly #capacity: number;
  #cost = 0;

  /** `capacity` in the unit of the costs. One value is kept whatever it costs. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: Key): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    // A Map keeps the order of insertion: what is used goes to the end.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: Key, value: Value, cost = 1): void {
    this.delete(key);
    this.#entries.set(key, { value, cost });
    this.#cost += cost;
    for (const oldest of this.#entries.keys()) {
      if (this.#cost <= this.#capacity || oldest === key) break;
      this.delete(oldest);
    }
  }

  delete(key: Key): void {
    this.#cost -= this.#entries.get(key)?.cost ?? 0;
    this.#entries.delete(key);
  }

  get size(): number {
    return this.#entries.size;
  }
}
