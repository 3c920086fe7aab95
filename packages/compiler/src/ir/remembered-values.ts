import type { Operand } from './value.ts';

/**
 * Values that a program has found on every way to where it is being written: `tid`, the entry of a map that a predicate
 * looked up. What is found in a branch is forgotten at its end.
 */
export class RememberedValues {
  readonly #values = new Map<string, Operand>();
  readonly #outer: RememberedValues | undefined;
  /** Within loops and callbacks what was written later may run before. */
  readonly #barrier: boolean;

  constructor(outer?: RememberedValues, barrier = false) {
    this.#outer = outer;
    this.#barrier = barrier;
  }

  find(name: string): Operand | undefined {
    return this.#values.get(name) ?? (this.#barrier ? undefined : this.#outer?.find(name));
  }

  keep(name: string, value: Operand): void {
    this.#values.set(name, value);
  }

  /** Values of one map, here and outside: after a branch that changes it none of them holds. */
  forget(prefix: string): void {
    for (const name of this.#values.keys()) if (name.startsWith(prefix)) this.#values.delete(name);
    this.#outer?.forget(prefix);
  }
}
