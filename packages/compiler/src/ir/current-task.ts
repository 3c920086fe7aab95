import type { Lowering } from './lowering.ts';
import { inRegister, type Operand } from './value.ts';

/** The task that runs, as a pointer that fields are read through; found once. Kernel 5.11. */
export function currentTask(lowering: Lowering): number {
  const { builder } = lowering;
  return builder.register(lowering.once('the current task', () => builder.call('get_current_task_btf')));
}

/**
 * A number of 4 bytes of `task_struct`, in programs at system calls that have looked at the task before: reading it is
 * cheaper than a helper. undefined elsewhere.
 */
export function readTask(lowering: Lowering, field: string): Operand | undefined {
  const { builder, env, target } = lowering;
  const { context } = target;
  if (context.kind !== 'tracepoint' || context.all?.context !== 'typed') return undefined;
  const record = env.types?.record('struct', 'task_struct');
  const member = record === undefined ? undefined : env.types?.member(record, field);
  if (member === undefined || member.bitOffset % 32 !== 0) return undefined;
  return builder.load(4, inRegister(currentTask(lowering), member.bitOffset / 8));
}
