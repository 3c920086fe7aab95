import { readdirSync } from 'node:fs';
import type { AttachSpec } from '@bpfleet/bpf';
import { KernelError } from '../kernel-error.ts';
import { openPerfEvent } from '../perf/open-perf-event.ts';
import { attachEveryCpu } from './attach-every-cpu.ts';
import { attachPerfEvent } from './attach-perf-event.ts';
import { joinLinks, type Link } from './link.ts';

type Watchpoint = AttachSpec & { readonly kind: 'watchpoint' };

/** Attaches a PERF_EVENT program to a hardware breakpoint: of one process in each of its threads, else on every CPU. */
export function attachWatchpoint(programFd: number, point: Watchpoint): Link {
  const what = `attach to watchpoint:0x${point.address.toString(16)}`;
  const { address, length, mode, pid } = point;
  const event = { kind: 'breakpoint', address, length, mode } as const;
  try {
    if (pid === undefined) return attachEveryCpu(programFd, event, what);
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
  } catch (error) {
    throw error instanceof KernelError ? explained(error, what) : error;
  }
}

/** Perf's events belong to threads; those that a process starts later are not watched. */
function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch (cause) {
    throw new KernelError('ESRCH', `there is no process ${pid}`, { cause });
  }
}

function explained(error: KernelError, what: string): KernelError {
  const reasons: Readonly<Record<string, string>> = {
    ENOSPC: 'the CPU has no breakpoint left: it has some four',
    EOPNOTSUPP: 'this machine has no hardware breakpoints, or its hypervisor does not give them to this guest',
    ENODEV: 'this machine has no hardware breakpoints, or its hypervisor does not give them to this guest',
    ENOENT: 'this kernel has no hardware breakpoints (CONFIG_HAVE_HW_BREAKPOINT)',
    EINVAL: 'the CPU cannot watch this address in this way: it must be a multiple of the length',
  };
  const reason = reasons[error.code];
  return reason === undefined ? error : new KernelError(error.code, `cannot ${what}: ${reason}`, { cause: error });
}
