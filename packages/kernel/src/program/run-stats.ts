import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError } from '../kernel-error.ts';

const BPF_STATS_RUN_TIME = 0;

/** The kernel counts run time and runs of all programs while this is open (kernel 5.8). Throws `KernelError`. */
export function enableRunStats(): FileDescriptor {
  const fd = getLibbpf().bpf_enable_stats(BPF_STATS_RUN_TIME);
  if (fd < 0) throw errnoError('count the run time of programs', fd);
  return new FileDescriptor(fd);
}
