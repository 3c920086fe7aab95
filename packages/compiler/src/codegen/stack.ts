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

  constructor(program: IrFunction, allocation: Allocation) {
    this.#objects = program.objects;
    this.#objectBytes = program.stackBytes;
    const bytes = program.stackBytes + allocation.slots * 8;
    if (bytes > STACK_BYTES) throw new StackOverflowError(`${bytes} bytes of stack are needed`);
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
