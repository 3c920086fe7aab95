import type { FrameObject } from './ir.ts';

/** Larger objects go to the scratch map: the stack has 512 bytes in all. */
const MAX_STACK_OBJECT = 32;
/** What objects may take of the stack; the rest is for registers that do not fit. */
const MAX_STACK_BYTES = 256;
/** Of a function that a helper calls, whose frame lies on the one of the program. */
const MAX_CALLBACK_STACK_BYTES = 64;

/** What the frames of a program and of its callbacks share. */
interface SharedMemory {
  readonly objects: FrameObject[];
  scratch: number;
  scratchBytes: number;
}

/** Gives out memory in the order blocks and statements nest, so that what is out of scope is used again. */
export class Frame {
  readonly #shared: SharedMemory;
  readonly #maxStackBytes: number;
  #stack = 0;
  stackBytes = 0;

  constructor(shared: SharedMemory = { objects: [], scratch: 0, scratchBytes: 0 }, maxStackBytes = MAX_STACK_BYTES) {
    this.#shared = shared;
    this.#maxStackBytes = maxStackBytes;
  }

  /** The frame of a callback: a stack of its own, the scratch memory after what is in use. */
  callback(): Frame {
    return new Frame(this.#shared, MAX_CALLBACK_STACK_BYTES);
  }

  get objects(): readonly FrameObject[] {
    return this.#shared.objects;
  }

  get scratchBytes(): number {
    return this.#shared.scratchBytes;
  }

  set scratchBytes(bytes: number) {
    this.#shared.scratchBytes = bytes;
  }

  /** `shared`: callbacks reach it too. */
  allocate(bytes: number, { shared = false } = {}): FrameObject {
    const size = (bytes + 7) & ~7;
    const onStack = !shared && size <= MAX_STACK_OBJECT && this.#stack + size <= this.#maxStackBytes;
    return this.#add(size, onStack ? 'stack' : 'scratch');
  }

  /** A small object that must be on the stack. */
  allocateOnStack(bytes: number): FrameObject {
    return this.#add((bytes + 7) & ~7, 'stack');
  }

  #add(size: number, storage: FrameObject['storage']): FrameObject {
    const memory = this.#shared;
    if (storage === 'stack') this.#stack += size;
    const offset = storage === 'stack' ? -this.#stack : memory.scratch;
    if (storage === 'scratch') memory.scratch += size;
    this.stackBytes = Math.max(this.stackBytes, this.#stack);
    memory.scratchBytes = Math.max(memory.scratchBytes, memory.scratch);
    const object: FrameObject = { id: memory.objects.length, size, storage, offset };
    memory.objects.push(object);
    return object;
  }

  /** Runs something and takes back what it allocated. */
  scope<T>(run: () => T): T {
    const stack = this.#stack;
    const { scratch } = this.#shared;
    const result = run();
    this.#stack = stack;
    this.#shared.scratch = scratch;
    return result;
  }
}
