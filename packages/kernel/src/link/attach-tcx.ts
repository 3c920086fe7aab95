import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError, errnoName, KernelError } from '../kernel-error.ts';
import { interfaceIndex } from '../object/object-target.ts';
import type { Link } from './link.ts';

/** `enum bpf_attach_type` (linux/bpf.h). */
const BPF_TCX = { ingress: 46, egress: 47 } as const;

/**
 * Attaches a SCHED_CLS program to the packets of a network interface (6.6). Older kernels only have filters of a queueing discipline,
 * which would outlive this process. Throws KernelError.
 */
export function attachTcx(programFd: number, name: string, direction: 'ingress' | 'egress'): Link {
  const what = `attach to ${direction} of interface ${name}`;
  const fd = getLibbpf().bpf_link_create(programFd, interfaceIndex(name), BPF_TCX[direction], null);
  if (fd < 0 && errnoName(fd) === 'EINVAL') {
    throw new KernelError('NOFEATURE', `cannot ${what}: this kernel has no links for tc programs, which came with 6.6`);
  }
  if (fd < 0) throw errnoError(what, fd);
  const link = new FileDescriptor(fd);
  return { detach: () => link.close(), close: () => link.close() };
}
