import { readFileSync } from 'node:fs';
import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError, errnoName, KernelError } from '../kernel-error.ts';

const BPF_STATS_RUN_TIME = 0;

/** The kernel counts run time and runs of all programs while this is open (kernel 5.8). Throws `KernelError`. */
export function enableRunStats(): FileDescriptor {
  const fd = getLibbpf().bpf_enable_stats(BPF_STATS_RUN_TIME);
  if (errnoName(fd) === 'EPERM') {
    const advice = 'it takes CAP_SYS_ADMIN, or sysctl kernel.bpf_stats_enabled=1 set by an administrator';
    throw new KernelError('EPERM', `cannot have the kernel count what programs cost: EPERM: ${advice}`);
  }
  if (fd < 0) throw errnoError('count the run time of programs', fd);
  return new FileDescriptor(fd);
}

/** Whether the kernel counts it all the time, by the word of an administrator. */
export function countsRunsAlways(): boolean {
  try {
    return readFileSync('/proc/sys/kernel/bpf_stats_enabled', 'latin1').trim() === '1';
  } catch {
    return false;
  }
}
