/** Passes items from one side to the other, one at a time: `put` waits until its item was taken. */
export class Handover<T> {
  #item: { value: T; taken: () => void } | null = null;
  #waiting: (() => void) | null = null;
  #onLeave: () => void = () => undefined;
  #over = false;
  #failure: { error: unknown } | null = null;

  /** False if the taker has gone, so that the item is lost. */
  async put(value: T): Promise<boolean> {
    if (this.#over) return false;
    let arrived = false;
    await new Promise<void>((resolve) => {
      this.#item = {
        value,
        taken: () => {
          arrived = true;
          resolve();
        },
      };
      this.#onLeave = resolve;
      this.#wake();
    });
    return arrived;
  }

  /** The putter is done, or has failed. */
  end(failure: { error: unknown } | null = null): void {
    this.#over = true;
    this.#failure = failure;
    this.#wake();
  }

  /** The taker goes: a waiting `put` returns, and `items` ends. */
  leave(): void {
    this.#over = true;
    this.#item = null;
    this.#onLeave();
    this.#wake();
  }

  /** Items until the end; throws what the putter failed with. */
  async *items(): AsyncGenerator<T, void, void> {
    for (;;) {
      const item = this.#item;
      if (item) {
        this.#item = null;
        item.taken();
        yield item.value;
      } else if (this.#over) {
        if (this.#failure) throw this.#failure.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#waiting = resolve;
        });
      }
    }
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = null;
  }
}
