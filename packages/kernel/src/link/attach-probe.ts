import type { AttachSpec } from '@bpfleet/bpf';
import { KernelError } from '../kernel-error.ts';
import { openProbeEvent } from '../perf/open-probe-event.ts';
import { attachPerfEvent } from './attach-perf-event.ts';
import type { Link } from './link.ts';

type ProbePoint = AttachSpec & { readonly kind: 'kprobe' | 'uprobe' };

/** Attaches a KPROBE program to code of the kernel or of a file. */
export function attachProbe(programFd: number, point: ProbePoint): Link {
  const subject = point.kind === 'kprobe' ? point.function : point.path;
  const { offset, return: returns } = point;
  const { semaphore, pid } = point.kind === 'uprobe' ? point : {};
  const place = {
    subject,
    offset,
    return: returns,
    ...(semaphore === undefined ? {} : { semaphore }),
    ...(pid === undefined ? {} : { pid }),
  };
  const what = `attach to ${nameOf(point)}`;
  try {
    return attachPerfEvent(programFd, openProbeEvent(point.kind, place, what), what);
  } catch (error) {
    throw point.kind === 'kprobe' && error instanceof KernelError ? explained(error, what) : error;
  }
}

function nameOf(point: ProbePoint): string {
  const { offset } = point;
  if (point.kind === 'uprobe') return `${point.return ? 'uretprobe' : 'uprobe'}:${point.path}:0x${offset.toString(16)}`;
  return `${point.return ? 'kretprobe' : 'kprobe'}:${point.function}${offset === 0 ? '' : `+${offset}`}`;
}

/** What the kernel's refusals of a kprobe mean (kernel/kprobes.c, kernel/trace/trace_kprobe.c). */
function explained(error: KernelError, what: string): KernelError {
  const reasons: Readonly<Record<string, string>> = {
    EINVAL: 'the kernel allows no probe there: the function is on its list of those, or there is no such place in it',
    EILSEQ: 'no instruction begins there',
    ENOENT: 'this kernel has no such function',
    EADDRNOTAVAIL: 'several functions of this kernel have that name',
  };
  const reason = reasons[error.code];
  return reason === undefined ? error : new KernelError(error.code, `cannot ${what}: ${reason}`, { cause: error });
}
