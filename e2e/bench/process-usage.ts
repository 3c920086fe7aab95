import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of all threads of a process: proc_pid_schedstat has nanoseconds, a line for each thread. */
export function cpuMs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, ns) => sum + ns / 1e6, 0);
}

const tickMs = 10;

/** A child may end between the list and the look: then it is among those that have ended, at the next look. */
function cpuMsOfChild(pid: number): number {
  try {
    return cpuMs(pid);
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return 0;
    throw error;
  }
}

/** CPU time of a process and of its children, also of those that have ended: proc_pid_stat counts them in ticks of 10 ms. */
export function cpuMsWithChildren(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const pids = children.split(' ').filter(Boolean).map(Number);
  // Behind the name in parentheses: cutime and cstime are the 14th and 15th fields.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const ended = tickMs * (Number(fields[13]) + Number(fields[14]));
  return pids.reduce((sum, each) => sum + cpuMsOfChild(each), ended + cpuMs(pid));
}

export function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
