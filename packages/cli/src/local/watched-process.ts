import { readFileSync } from 'node:fs';
import { LocalError } from './local-error.ts';

/** PID_MAX_LIMIT of 64-bit kernels, include/linux/threads.h. */
const MAX_PID = 0x400000;
const LOOK_MS = 100;

/** The process of `-p`. Throws LocalError where the text is no number or there is no such process. */
export function readPid(text: string): number {
  if (!/^\d+$/.test(text)) throw new LocalError(`Failed to parse pid: invalid integer: ${text}`);
  const pid = Number(text);
  if (pid > MAX_PID) throw new LocalError(`Pid out of range: ${text}`);
  if (startOf(pid) === null) throw new LocalError('Failed to attach to pid: Unable to open pidfd (No such process)');
  return pid;
}

/** Calls `done` once the process has ended. Returns what stops looking. */
export function watchProcess(pid: number, done: () => void): () => void {
  const start = startOf(pid);
  const timer = setInterval(() => {
    // The time of its start tells it from another that got the same number.
    if (startOf(pid) !== start || start === null) {
      clearInterval(timer);
      done();
    }
  }, LOOK_MS);
  return () => clearInterval(timer);
}

/** When a process started, in the kernel's clock ticks; null where there is none, or only what is left of one. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is a name in parentheses that may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
