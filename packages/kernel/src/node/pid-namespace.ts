import { statSync } from 'node:fs';

/** Of the initial namespace of processes (PROC_PID_INIT_INO, linux/proc_ns.h). */
const INITIAL = 0xef_ff_ff_fcn;

/** The namespace of processes that this process is in; null where that is the initial one. */
export function pidNamespace(): { readonly device: bigint; readonly inode: bigint } | null {
  const { dev, ino } = statSync('/proc/self/ns/pid', { bigint: true });
  return ino === INITIAL ? null : { device: dev, inode: ino };
}
