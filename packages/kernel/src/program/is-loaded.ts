import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError, errnoName } from '../kernel-error.ts';

/** Whether the kernel has a program of this number, whoever loaded it. */
export function isProgramLoaded(id: number): boolean {
  const fd = getLibbpf().bpf_prog_get_fd_by_id(id);
  if (fd < 0 && errnoName(fd) !== 'ENOENT') throw errnoError(`find program ${id}`, fd);
  if (fd >= 0) new FileDescriptor(fd).close();
  return fd >= 0;
}
