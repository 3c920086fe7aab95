import { existsSync } from 'node:fs';
import { addressOf } from '../ffi/native.ts';
import { mayReadModuleTypes } from '../functions/module-types.ts';

const KERNEL_TYPES = '/sys/kernel/btf/vmlinux';
/** `struct bpf_object_open_opts` (bpf/libbpf.h), up to its btf_custom_path. Bytes. */
const SIZE = 56;
const BTF_CUSTOM_PATH = 48;

/**
 * Gives `open` how libbpf is to open an object. libbpf before 1.3 goes through the types of modules for each structure that the kernel
 * proper does not have, as objects for several kernels name them, and fails where it may not. The kernel's types said to be the only ones, it does not.
 */
export function withOpenOptions<T>(open: (options: Uint8Array | null) => T): T {
  if (mayReadModuleTypes() || !existsSync(KERNEL_TYPES)) return open(null);
  const path = Buffer.from(`${KERNEL_TYPES}\0`);
  const options = Buffer.alloc(SIZE);
  options.writeBigUInt64LE(BigInt(SIZE), 0);
  options.writeBigUInt64LE(addressOf(path), BTF_CUSTOM_PATH);
  return open(options);
}
