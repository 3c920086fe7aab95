import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibc } from '../ffi/libc.ts';
import { addressOf, errno } from '../ffi/native.ts';
import { errnoError, errnoName, KernelError } from '../kernel-error.ts';
import { perfForRootAlone } from './paranoid.ts';
import { type PerfEventSpec, perfEventAttr } from './perf-event-attr.ts';

/** Number of perf_event_open (asm/unistd.h): libc has no function for it. */
const SYSCALL: Readonly<Record<string, number>> = { x64: 298, arm64: 241 };
const PERF_FLAG_FD_CLOEXEC = 8;
const EVERY_PROCESS = -1;
const NO_GROUP = -1;

/** perf_event_open(2) for every process on one CPU, or for one process (`pid`) on whatever CPU with -1. The event starts disabled. `what` as in `errnoError`. */
export function openPerfEvent(
  spec: PerfEventSpec,
  cpu: number,
  what: string,
  pid: number = EVERY_PROCESS,
): FileDescriptor {
  const number = SYSCALL[process.arch];
  if (number === undefined) throw new KernelError('NOFEATURE', `perf events are not supported on ${process.arch}`);
  const attr = perfEventAttr(spec);
  const fd = getLibc().syscall(number, addressOf(attr), pid, cpu, NO_GROUP, PERF_FLAG_FD_CLOEXEC);
  if (fd < 0) throw refused(spec, what, errno());
  return new FileDescriptor(fd);
}

function refused(spec: PerfEventSpec, what: string, error: number): KernelError {
  const code = errnoName(error);
  const reserved = code === 'EACCES' ? perfForRootAlone() : null;
  if (reserved !== null) return new KernelError(code, `cannot ${what}: ${reserved}`);
  if (spec.kind === 'cpu-clock' && code === 'EINVAL' && 'frequency' in spec) {
    return new KernelError(
      code,
      `cannot ${what}: ${spec.frequency} a second is more than kernel.perf_event_max_sample_rate allows`,
    );
  }
  return errnoError(what, error);
}
