import { readdirSync } from 'node:fs';
import { KernelError } from '../kernel-error.ts';
import { openPerfEvent } from '../perf/open-perf-event.ts';
import type { PerfEventSpec } from '../perf/perf-event-attr.ts';
import { attachPerfEvent } from './attach-perf-event.ts';
import { joinLinks, type Link } from './link.ts';

/** Attaches a PERF_EVENT program to one perf event in each thread that a process has now, on whatever CPU it runs. */
export function attachThreads(programFd: number, event: PerfEventSpec, pid: number, what: string): Link {
  const links: Link[] = [];
  try {
    for (const thread of threadsOf(pid)) {
      links.push(attachPerfEvent(programFd, openPerfEvent(event, -1, what, thread), what));
    }
  } catch (error) {
    joinLinks(links).close();
    throw error;
  }
  return joinLinks(links);
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch (cause) {
    throw new KernelError('ESRCH', `there is no process ${pid}`, { cause });
  }
}
