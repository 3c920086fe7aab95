import { getLibc } from '../ffi/libc.ts';

/** Number of membarrier (asm/unistd.h): libc has no function for it. */
const SYSCALL: Readonly<Record<string, number>> = { x64: 324, arm64: 283 };
/** linux/membarrier.h: waits for an RCU grace period, and programs run within RCU's read side. */
const MEMBARRIER_CMD_GLOBAL = 1n;
/** Where the kernel refuses (with nohz_full CPUs): far longer than a program may run. */
const PATIENCE_MS = 20;

/** Returns when no program that was detached before is running any more: then nothing writes to its maps and rings. */
export function waitForPrograms(): void {
  const number = SYSCALL[process.arch];
  if (number !== undefined && getLibc().syscall(number, MEMBARRIER_CMD_GLOBAL, 0, 0, 0, 0) === 0) return;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PATIENCE_MS);
}
