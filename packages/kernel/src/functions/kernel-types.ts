import { readFileSync } from 'node:fs';
import { Btf } from '@bpfleet/bpf';

let types: Btf | null | undefined;

/** The types of the running kernel; null where it does not give them (CONFIG_DEBUG_INFO_BTF). */
export function kernelTypes(): Btf | null {
  if (types === undefined) types = readTypes();
  return types;
}

function readTypes(): Btf | null {
  try {
    return new Btf(readFileSync('/sys/kernel/btf/vmlinux'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== undefined) return null;
    throw error;
  }
}
