import type { AttachSpec } from '@bpfleet/bpf';
import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibc } from '../ffi/libc.ts';
import { addressOf, errno } from '../ffi/native.ts';
import { errnoError, errnoName, KernelError } from '../kernel-error.ts';
import { BPF_TRACE_KPROBE_MULTI, BPF_TRACE_UPROBE_MULTI } from '../program/tracing-target.ts';
import type { Link } from './link.ts';

type MultiPoint = AttachSpec & { readonly kind: 'kprobe_multi' | 'uprobe_multi' };

/** Number of bpf(2) (asm/unistd.h) and of its command; libbpf 1.1 cannot make these links. */
const SYSCALL: Readonly<Record<string, number>> = { x64: 321, arm64: 280 };
const BPF_LINK_CREATE = 28n;
/**
 * `union bpf_attr` of the command (linux/bpf.h): prog_fd 0, target_fd 4, attach_type 8, flags 12. kprobe_multi: flags 16,
 * cnt 20, syms 24, addrs 32, cookies 40. uprobe_multi: path 16, offsets 24, ref_ctr_offsets 32, cookies 40, cnt 48,
 * flags 52, pid 56.
 */
const ATTR_SIZE = 64;
const RETURN = 1;

/** Attaches a KPROBE program to many functions at once; its cookie is the number of the function in the list, or as the point says. */
export function attachMulti(programFd: number, point: MultiPoint): Link {
  const count = point.kind === 'kprobe_multi' ? point.functions.length : point.offsets.length;
  const where = point.kind === 'kprobe_multi' ? 'the kernel' : point.path;
  const what = `attach to ${count} functions of ${where}`;
  const fd = createMultiLink(programFd, point);
  if (fd < 0) throw errnoError(what, errno());
  const link = new FileDescriptor(fd);
  return { detach: () => link.close(), close: () => link.close() };
}

/** Null where this kernel makes such links, else why not. Both ways end in an error, of which one comes after the check. */
export function missingUprobeMulti(programFd: number): string | null {
  const fd = createMultiLink(programFd, { kind: 'uprobe_multi', path: '/', offsets: [0], return: false });
  if (fd >= 0) new FileDescriptor(fd).close();
  // The folder is no file that could be probed.
  return fd >= 0 || errnoName(errno()) === 'EBADF' ? null : 'probes on many functions of a program need kernel 6.6';
}

function createMultiLink(programFd: number, point: MultiPoint): number {
  const number = SYSCALL[process.arch];
  if (number === undefined) throw new KernelError('NOFEATURE', `bpf(2) has no number on ${process.arch}`);
  const attr = Buffer.alloc(ATTR_SIZE);
  attr.writeUInt32LE(programFd, 0);
  // What the kernel is given addresses of must be reachable until it has answered.
  const held = point.kind === 'kprobe_multi' ? writeKprobes(attr, point) : writeUprobes(attr, point);
  const fd = getLibc().syscall(number, BPF_LINK_CREATE, Number(addressOf(attr)), ATTR_SIZE, 0, 0);
  return held.length > 0 ? fd : -1;
}

function writeKprobes(attr: Buffer, { functions, return: returns }: MultiPoint & { kind: 'kprobe_multi' }): Buffer[] {
  const names = functions.map((name) => Buffer.from(`${name}\0`));
  const pointers = words(names.map((name) => addressOf(name)));
  const cookies = words(functions.map((_, index) => BigInt(index)));
  attr.writeUInt32LE(BPF_TRACE_KPROBE_MULTI, 8);
  attr.writeUInt32LE(returns ? RETURN : 0, 16);
  attr.writeUInt32LE(functions.length, 20);
  attr.writeBigUInt64LE(addressOf(pointers), 24);
  attr.writeBigUInt64LE(addressOf(cookies), 40);
  return [...names, pointers, cookies];
}

function writeUprobes(attr: Buffer, point: MultiPoint & { kind: 'uprobe_multi' }): Buffer[] {
  const path = Buffer.from(`${point.path}\0`);
  const offsets = words(point.offsets.map(BigInt));
  const cookies = words(point.offsets.map((_, index) => BigInt(point.cookies?.[index] ?? index)));
  const semaphores = words((point.semaphores ?? []).map(BigInt));
  attr.writeUInt32LE(BPF_TRACE_UPROBE_MULTI, 8);
  attr.writeBigUInt64LE(addressOf(path), 16);
  attr.writeBigUInt64LE(addressOf(offsets), 24);
  if (semaphores.length > 0) attr.writeBigUInt64LE(addressOf(semaphores), 32);
  attr.writeBigUInt64LE(addressOf(cookies), 40);
  attr.writeUInt32LE(point.offsets.length, 48);
  attr.writeUInt32LE(point.return ? RETURN : 0, 52);
  attr.writeUInt32LE(point.pid ?? 0, 56);
  return [path, offsets, semaphores, cookies];
}

function words(values: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(value, index * 8);
  return bytes;
}
