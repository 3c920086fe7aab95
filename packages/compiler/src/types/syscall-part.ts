import type { TracepointField } from './tracepoint-format.ts';

/** What a field of a system call's tracepoint is. */
export type SyscallPart =
  | { readonly kind: 'number' }
  | { readonly kind: 'argument'; readonly index: number }
  | { readonly kind: 'result' };

/**
 * The records of `sys_enter_*` and `sys_exit_*`: the number in 4 bytes, then cells of 8 bytes (kernel/trace/trace.h); those
 * of `raw_syscalls` have the number in 8, and the arguments as one array, which is in no register.
 */
const NUMBER_OFFSET = 8;
const FIRST_CELL = 16;
const CELL = 8;
const MAX_ARGUMENTS = 6;

/** undefined for a field that is in none of the call's registers, such as a text the kernel copied. */
export function syscallPart(field: TracepointField, at: 'enter' | 'exit'): SyscallPart | undefined {
  if (field.dataLocation || field.length !== undefined) return undefined;
  if (field.offset === NUMBER_OFFSET && (field.size === 4 || field.size === CELL)) return { kind: 'number' };
  const index = (field.offset - FIRST_CELL) / CELL;
  if (field.size !== CELL || !Number.isInteger(index) || index < 0) return undefined;
  if (at === 'exit') return index === 0 ? { kind: 'result' } : undefined;
  return index < MAX_ARGUMENTS ? { kind: 'argument', index } : undefined;
}
