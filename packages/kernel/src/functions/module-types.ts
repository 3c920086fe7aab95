import { readFileSync } from 'node:fs';

/** `CAP_SYS_ADMIN` (linux/capability.h). */
const SYS_ADMIN = 21n;

/** Whether this process may read the types of the kernel's modules: BPF_BTF_GET_NEXT_ID, by which libbpf finds them, asks for CAP_SYS_ADMIN. */
export function mayReadModuleTypes(): boolean {
  const [, held = '0'] = /^CapEff:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
  return ((BigInt(`0x${held}`) >> SYS_ADMIN) & 1n) === 1n;
}
