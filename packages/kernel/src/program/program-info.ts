import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError } from '../kernel-error.ts';

/** `struct bpf_prog_info` (linux/bpf.h). Older kernels know less of it and leave the rest zero. */
export interface ProgramInfo {
  readonly id: number;
  /** Nanoseconds spent in the program, counted while statistics are on (kernel 5.1). */
  readonly runTimeNs: bigint;
  /** Runs, counted while statistics are on. */
  readonly runs: bigint;
  /** Runs that the kernel skipped because the program was running on that CPU already (kernel 5.12). */
  readonly recursionMisses: bigint;
}

const INFO_SIZE = 232;

export function programInfo(fd: number): ProgramInfo {
  const info = Buffer.alloc(INFO_SIZE);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(INFO_SIZE, 0);
  const result = getLibbpf().bpf_obj_get_info_by_fd(fd, info, length);
  if (result < 0) throw errnoError('read program info', result);
  return {
    id: info.readUInt32LE(4),
    runTimeNs: info.readBigUInt64LE(192),
    runs: info.readBigUInt64LE(200),
    recursionMisses: info.readBigUInt64LE(208),
  };
}
