import type { IrFunction, IrInstruction } from '../ir.ts';
import { Operands, written } from '../operands.ts';

/** Helpers that only read: without a reader of their result they need not be called. */
const pureHelpers: readonly string[] = [
  ...['ktime_get_ns', 'ktime_get_boot_ns', 'get_current_pid_tgid', 'get_current_uid_gid', 'get_smp_processor_id'],
  ...['get_current_task', 'get_current_cgroup_id', 'get_prandom_u32', 'ktime_get_tai_ns'],
];

/** Drops instructions whose result nobody reads, and the results of calls that are made for their effect. */
export function removeDeadCode(program: IrFunction): IrFunction {
  const operands = new Operands(program);
  let { blocks } = program;
  for (;;) {
    const read = new Set<number>();
    for (const block of blocks) {
      for (const instruction of block.instructions)
        for (const register of operands.reads(instruction)) read.add(register);
      for (const register of operands.terminatorReads(block.terminator)) read.add(register);
    }
    let changed = false;
    blocks = blocks.map((block) => {
      const kept = block.instructions.filter((instruction) => isNeeded(instruction, read));
      changed ||= kept.length !== block.instructions.length;
      return { ...block, instructions: kept.map((instruction) => withoutUnreadResult(instruction, read)) };
    });
    if (!changed) return { ...program, blocks, callbacks: program.callbacks.map(removeDeadCode) };
  }
}

function isNeeded(instruction: IrInstruction, read: ReadonlySet<number>): boolean {
  const result = written(instruction);
  if (result === undefined || read.has(result)) return true;
  if (instruction.kind === 'call') return !pureHelpers.includes(instruction.helper);
  return instruction.kind === 'atomic-fetch-add';
}

function withoutUnreadResult(instruction: IrInstruction, read: ReadonlySet<number>): IrInstruction {
  if (instruction.kind !== 'call' || instruction.result === undefined || read.has(instruction.result))
    return instruction;
  const { result: _unread, ...call } = instruction;
  return call;
}
