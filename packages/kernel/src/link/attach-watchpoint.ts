import type { AttachSpec } from '@bpfleet/bpf';
import { KernelError } from '../kernel-error.ts';
import { attachEveryCpu } from './attach-every-cpu.ts';
import { attachThreads } from './attach-threads.ts';
import type { Link } from './link.ts';

type Watchpoint = AttachSpec & { readonly kind: 'watchpoint' };

/** Attaches a PERF_EVENT program to a hardware breakpoint: of one process in each of its threads, else on every CPU. */
export function attachWatchpoint(programFd: number, point: Watchpoint): Link {
  const what = `attach to watchpoint:0x${point.address.toString(16)}`;
  const { address, length, mode, pid } = point;
  const event = { kind: 'breakpoint', address, length, mode } as const;
  try {
    if (pid !== undefined) return attachThreads(programFd, event, pid, what);
    return attachEveryCpu(programFd, event, what);
  } catch (error) {
    throw error instanceof KernelError ? explained(error, what) : error;
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
