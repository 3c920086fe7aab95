import type { AttachSpec } from '@bpfleet/bpf';
import { KernelError } from '../kernel-error.ts';
import { attachEveryCpu } from './attach-every-cpu.ts';
import { attachThreads } from './attach-threads.ts';
import type { Link } from './link.ts';

type CounterPoint = AttachSpec & { readonly kind: 'software' | 'hardware' };

/** Attaches a PERF_EVENT program to a counter of every CPU that is online, or of the threads of one process. */
export function attachCounter(programFd: number, { kind, event, config, period, pid }: CounterPoint): Link {
  const what = `attach to ${kind}:${event}`;
  try {
    const counter = { kind: 'counter', counter: kind, config, period } as const;
    if (pid !== undefined) return attachThreads(programFd, counter, pid, what);
    return attachEveryCpu(programFd, counter, what);
  } catch (error) {
    const absent = error instanceof KernelError && ['ENOENT', 'EOPNOTSUPP', 'ENODEV', 'EINVAL'].includes(error.code);
    if (!absent || kind !== 'hardware') throw error;
    const reason = 'this machine has no such counter, or its hypervisor does not give it to this guest';
    throw new KernelError(error.code, `cannot ${what}: ${reason}`, { cause: error });
  }
}
