import type { IrFunction } from './ir.ts';
import { Operands, successors, written } from './operands.ts';

/** Registers whose value is still read on some way from the beginning or the end of each block, by block. */
export interface Liveness {
  readonly liveIn: ReadonlyMap<number, ReadonlySet<number>>;
  readonly liveOut: ReadonlyMap<number, ReadonlySet<number>>;
}

/** Backward data flow until nothing changes; without loops one round is enough. */
export function computeLiveness(program: IrFunction): Liveness {
  const operands = new Operands(program);
  const liveIn = new Map<number, Set<number>>(program.blocks.map((block) => [block.id, new Set()]));
  const liveOut = new Map<number, Set<number>>(program.blocks.map((block) => [block.id, new Set()]));
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = program.blocks.length - 1; index >= 0; index--) {
      const block = program.blocks[index];
      if (block === undefined) continue;
      const out = new Set<number>();
      for (const next of successors(block.terminator)) for (const register of liveIn.get(next) ?? []) out.add(register);
      const live = new Set(out);
      for (const register of operands.terminatorReads(block.terminator)) live.add(register);
      for (let at = block.instructions.length - 1; at >= 0; at--) {
        const instruction = block.instructions[at];
        if (instruction === undefined) continue;
        const result = written(instruction);
        if (result !== undefined) live.delete(result);
        for (const register of operands.reads(instruction)) live.add(register);
      }
      changed ||= live.size !== liveIn.get(block.id)?.size;
      liveIn.set(block.id, live);
      liveOut.set(block.id, out);
    }
  }
  return { liveIn, liveOut };
}
