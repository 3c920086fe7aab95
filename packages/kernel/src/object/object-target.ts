import { closeSync, openSync, readFileSync } from 'node:fs';
import type { LibbpfObject } from '../ffi/libbpf-object.ts';
import type { Pointer } from '../ffi/libc.ts';
import { addressOf } from '../ffi/native.ts';
import { KernelError } from '../kernel-error.ts';

/** Where a loaded program of an object is attached by libbpf. */
export type ObjectTarget =
  /** As its section says. */
  | { readonly kind: 'section' }
  | { readonly kind: 'kprobe'; readonly function: string; readonly return: boolean }
  | { readonly kind: 'uprobe'; readonly path: string; readonly function: string; readonly return: boolean }
  | { readonly kind: 'usdt'; readonly path: string; readonly provider: string; readonly name: string }
  | { readonly kind: 'tracepoint'; readonly category: string; readonly event: string }
  | { readonly kind: 'raw_tracepoint'; readonly event: string }
  /** The elements of a map, by its descriptor (5.8). */
  | { readonly kind: 'iterator'; readonly mapFd: number; readonly map: string }
  /** Packets that a network interface receives (5.9). */
  | { readonly kind: 'xdp'; readonly interface: string }
  /** Processes in a cgroup; the path of its folder (5.7). */
  | { readonly kind: 'cgroup'; readonly path: string }
  /** This process's network namespace (5.9). */
  | { readonly kind: 'netns' };

const EVERY_PROCESS = -1;
/** `struct bpf_uprobe_opts` (bpf/libbpf.h): size, ref_ctr_offset 8, bpf_cookie 16, retprobe 24, func_name 32. */
const UPROBE_OPTIONS = 40;

/** A link, or null with errno set. Throws KernelError where there is no such interface or folder. */
export function attachObjectProgram(libbpf: LibbpfObject, program: Pointer, target: ObjectTarget): Pointer | null {
  switch (target.kind) {
    case 'section':
      return libbpf.bpf_program__attach(program);
    case 'kprobe':
      return libbpf.bpf_program__attach_kprobe(program, target.return, target.function);
    case 'uprobe':
      return attachUprobe(libbpf, program, target);
    case 'usdt':
      return libbpf.bpf_program__attach_usdt(program, EVERY_PROCESS, target.path, target.provider, target.name, null);
    case 'tracepoint':
      return libbpf.bpf_program__attach_tracepoint(program, target.category, target.event);
    case 'raw_tracepoint':
      return libbpf.bpf_program__attach_raw_tracepoint(program, target.event);
    case 'iterator':
      return attachIterator(libbpf, program, target.mapFd);
    case 'xdp':
      return libbpf.bpf_program__attach_xdp(program, interfaceIndex(target.interface));
    case 'cgroup':
      return withFile(target.path, (fd) => libbpf.bpf_program__attach_cgroup(program, fd));
    case 'netns':
      return withFile('/proc/self/ns/net', (fd) => libbpf.bpf_program__attach_netns(program, fd));
  }
}

/** In messages. */
export function targetText(target: ObjectTarget, section: string): string {
  switch (target.kind) {
    case 'section':
      return section;
    case 'kprobe':
      return `${target.return ? 'kretprobe' : 'kprobe'}/${target.function}`;
    case 'uprobe':
      return `${target.return ? 'uretprobe' : 'uprobe'}/${target.path}:${target.function}`;
    case 'usdt':
      return `usdt/${target.path}:${target.provider}:${target.name}`;
    case 'tracepoint':
      return `tracepoint/${target.category}/${target.event}`;
    case 'raw_tracepoint':
      return `raw_tp/${target.event}`;
    case 'iterator':
      return `map ${target.map}`;
    case 'xdp':
      return `interface ${target.interface}`;
    case 'cgroup':
      return `cgroup ${target.path}`;
    case 'netns':
      return 'the network namespace';
  }
}

/** `struct bpf_iter_attach_opts` (bpf/libbpf.h): size 0, link_info 8, link_info_len 16; `union bpf_iter_link_info` (linux/bpf.h): map_fd 0. */
function attachIterator(libbpf: LibbpfObject, program: Pointer, mapFd: number): Pointer | null {
  const info = Buffer.alloc(16);
  info.writeUInt32LE(mapFd, 0);
  const options = Buffer.alloc(24);
  options.writeBigUInt64LE(24n, 0);
  options.writeBigUInt64LE(addressOf(info), 8);
  options.writeUInt32LE(info.length, 16);
  return libbpf.bpf_program__attach_iter(program, options);
}

/** Its number in the kernel. Throws KernelError ENODEV. */
export function interfaceIndex(name: string): number {
  try {
    return Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'latin1'));
  } catch (error) {
    throw new KernelError('ENODEV', `there is no network interface ${name}`, { cause: error });
  }
}

function attachUprobe(
  libbpf: LibbpfObject,
  program: Pointer,
  target: ObjectTarget & { kind: 'uprobe' },
): Pointer | null {
  const name = Buffer.from(`${target.function}\0`);
  const options = Buffer.alloc(UPROBE_OPTIONS);
  options.writeBigUInt64LE(BigInt(UPROBE_OPTIONS), 0);
  options.writeUInt8(Number(target.return), 24);
  options.writeBigUInt64LE(addressOf(name), 32);
  return libbpf.bpf_program__attach_uprobe_opts(program, EVERY_PROCESS, target.path, 0, options);
}

/** Throws KernelError where it cannot be opened. */
export function withFile<T>(path: string, use: (fd: number) => T): T {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    throw new KernelError('ENOENT', `cannot open ${path}: ${(error as Error).message}`, { cause: error });
  }
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}
