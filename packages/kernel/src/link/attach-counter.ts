import type { AttachSpec } from '@bpfleet/bpf';
import { KernelError } from '../kernel-error.ts';
import { attachEveryCpu } from './attach-every-cpu.ts';
import type { Link } from './link.ts';

type CounterPoint = AttachSpec & { readonly kind: 'software' | 'hardware' };

/** Attaches a PERF_EVENT program to a counter of every CPU that is online. */
export function attachCounter(programFd: number, { kind, event, config, period }: CounterPoint): Link {
  const what = `attach to ${kind}:${event}`;
  try {
    return attachEveryCpu(programFd, { kind: 'counter', counter: kind, config, period }, what);
  } catch (error) {
    const absent = error instanceof KernelError && ['ENOENT', 'EOPNOTSUPP', 'ENODEV', 'EINVAL'].includes(error.code);
    if (!absent || kind !== 'hardware') throw error;
    const reason = 'this machine has no such counter, or its hypervisor does not give it to this guest';
    throw new KernelError(error.code, `cannot ${what}: ${reason}`, { cause: error });
  }
}
