import { getLibc } from '../ffi/libc.ts';
import { addressOf, errno } from '../ffi/native.ts';
import { errnoError } from '../kernel-error.ts';

/** asm-generic/socket.h: the same on x86-64 and arm64. The second needs kernel 4.13. */
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const SO_PEERGROUPS = 59;
/** NGROUPS_MAX of the kernel (linux/limits.h). */
const MAX_GROUPS = 65_536;

/** The process at the other end of a unix socket, as it was when it connected (unix(7)). */
export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  /** Its supplementary groups. */
  readonly groups: readonly number[];
}

/** Throws KernelError. */
export function peerCredentials(fd: number): PeerCredentials {
  const ucred = option(fd, SO_PEERCRED, 12);
  const groups = option(fd, SO_PEERGROUPS, 4 * MAX_GROUPS);
  return {
    pid: ucred.readInt32LE(0),
    uid: ucred.readUInt32LE(4),
    gid: ucred.readUInt32LE(8),
    groups: Array.from({ length: groups.length / 4 }, (_, index) => groups.readUInt32LE(4 * index)),
  };
}

function option(fd: number, name: number, size: number): Buffer {
  const value = Buffer.alloc(size);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(size);
  if (getLibc().getsockopt(fd, SOL_SOCKET, name, addressOf(value), addressOf(length)) < 0) {
    throw errnoError('ask who connected', errno());
  }
  return value.subarray(0, length.readUInt32LE());
}
