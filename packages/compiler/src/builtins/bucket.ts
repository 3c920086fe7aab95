import type { Lowering } from '../ir/lowering.ts';
import { type CellPlace, inRegister, type Operand } from '../ir/value.ts';

/**
 * Adds one to a bucket. The bound is checked just before it is used: the verifier must see it, and older ones forget
 * the range of a number that was on the stack.
 */
export function countBucket({ builder }: Lowering, cell: CellPlace, slot: Operand, slots: number): void {
  if (typeof slot === 'bigint') {
    builder.atomicAdd(inRegister(cell.register, cell.cells + Number(slot) * 8), 1n);
    return;
  }
  const bounded = builder.copy(slot);
  builder.when('ult', bounded, BigInt(slots), () => {
    const offset = builder.binary('shl', bounded, 3n);
    const bucket = builder.register(builder.binary('add', cell.register, offset));
    builder.atomicAdd(inRegister(bucket, cell.cells), 1n);
  });
}
