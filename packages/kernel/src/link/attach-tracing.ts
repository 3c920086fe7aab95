import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError, errnoName, KernelError } from '../kernel-error.ts';
import type { Link } from './link.ts';

/** Attaches a TRACING program to the function it was loaded for (kernel 5.5; arm64 6.4). */
export function attachTracing(programFd: number, kind: string, name: string): Link {
  const fd = getLibbpf().bpf_raw_tracepoint_open(null, programFd);
  if (fd < 0) throw refused(`attach to ${kind}:${name}`, fd);
  const link = new FileDescriptor(fd);
  return { detach: () => link.close(), close: () => link.close() };
}

function refused(what: string, fd: number): KernelError {
  if (errnoName(fd) !== 'ENOTSUPP') return errnoError(what, fd);
  const reason = 'this kernel cannot trace a function with so many arguments this way; kprobe and kretprobe may do';
  return new KernelError('ENOTSUPP', `cannot ${what}: ${reason}`);
}
