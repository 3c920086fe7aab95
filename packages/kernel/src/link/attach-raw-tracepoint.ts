import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError, errnoName, KernelError } from '../kernel-error.ts';
import type { Link } from './link.ts';

/** Attaches a RAW_TRACEPOINT program (kernel 4.17). */
export function attachRawTracepoint(programFd: number, event: string): Link {
  const what = `attach to rawtracepoint:${event}`;
  const fd = getLibbpf().bpf_raw_tracepoint_open(event, programFd);
  if (fd >= 0) {
    const link = new FileDescriptor(fd);
    return { detach: () => link.close(), close: () => link.close() };
  }
  if (errnoName(fd) === 'ENOENT')
    throw new KernelError('NOEVENT', `cannot ${what}: this kernel has no such tracepoint`);
  throw errnoError(what, fd);
}
