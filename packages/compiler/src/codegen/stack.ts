import { STACK_BYTES } from '@bpfleet/bpf';
import type { FrameObject, IrFunction } from '../ir/ir.ts';
import type { Allocation } from './regalloc.ts';

/** A program that needs more than the 512 bytes of stack the kernel gives. */
export class StackOverflowError extends Error {
  readonly code = 'stack-overflow';
}

/** How the stack is laid out: objects nearest the frame pointer, then the slots of registers. */
export class StackLayout {
  readonly #objects: readonly FrameObject[];
  readonly #objectBytes: number;

  /** Bytes of stack from here up to the program's own frame. */
  readonly bytes: number;

  /** `callerBytes`: what those that lead to this function take, for all share the stack. The kernel rounds up to 32. */
  constructor(program: IrFunction, allocation: Allocation, callerBytes: number) {
    this.#objects = program.objects;
    this.#objectBytes = program.stackBytes;
    const own = program.stackBytes + allocation.slots * 8;
    this.bytes = callerBytes + (callerBytes === 0 && program.callbacks.length === 0 ? own : (own + 31) & ~31);
    if (this.bytes > STACK_BYTES) throw new StackOverflowError(`${this.bytes} bytes of stack are needed`);
  }

  object(id: number): FrameObject {
    const object = this.#objects[id];
    if (object === undefined) throw new Error(`there is no object ${id}`);
    return object;
  }

  /** Offset of a slot from the frame pointer. */
  slotOffset(slot: number): number {
    return -(this.#objectBytes + (slot + 1) * 8);
  }
}
