import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError } from '../kernel-error.ts';

/** `enum bpf_attach_type` (linux/bpf.h). */
const BPF_STRUCT_OPS = 44;

/**
 * Registers what is in a map of struct_ops for as long as the descriptor is open (6.4). The map was made with `BPF_F_LINK`: without,
 * what is registered stays. Throws KernelError.
 */
export function linkStructOps(mapFd: number, what: string): FileDescriptor {
  const fd = getLibbpf().bpf_link_create(mapFd, 0, BPF_STRUCT_OPS, null);
  if (fd < 0) throw errnoError(what, fd);
  return new FileDescriptor(fd);
}
