import type { FrameObject } from './ir.ts';

/** Larger objects go to the scratch map: the stack has 512 bytes in all. */
const MAX_STACK_OBJECT = 32;
/** What objects may take of the stack; the rest is for registers that do not fit. */
const MAX_STACK_BYTES = 256;

/** Gives out memory in the order blocks and statements nest, so that what is out of scope is used again. */
export class Frame {
  readonly #objects: FrameObject[] = [];
  #stack = 0;
  #scratch = 0;
  stackBytes = 0;
  scratchBytes = 0;

  get objects(): readonly FrameObject[] {
    return this.#objects;
  }

  allocate(bytes: number): FrameObject {
    const size = (bytes + 7) & ~7;
    const onStack = size <= MAX_STACK_OBJECT && this.#stack + size <= MAX_STACK_BYTES;
    if (onStack) this.#stack += size;
    const offset = onStack ? -this.#stack : this.#scratch;
    if (!onStack) this.#scratch += size;
    this.stackBytes = Math.max(this.stackBytes, this.#stack);
    this.scratchBytes = Math.max(this.scratchBytes, this.#scratch);
    const object: FrameObject = { id: this.#objects.length, size, storage: onStack ? 'stack' : 'scratch', offset };
    this.#objects.push(object);
    return object;
  }

  /** Runs something and takes back what it allocated. */
  scope<T>(run: () => T): T {
    const stack = this.#stack;
    const scratch = this.#scratch;
    const result = run();
    this.#stack = stack;
    this.#scratch = scratch;
    return result;
  }
}
