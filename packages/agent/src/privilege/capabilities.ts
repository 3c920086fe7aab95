import { readFileSync } from 'node:fs';

/** Capabilities in use here, by their number (include/uapi/linux/capability.h). CAP_PERFMON and CAP_BPF need Linux 5.8. */
const numbers = {
  CAP_DAC_READ_SEARCH: 2n,
  CAP_NET_ADMIN: 12n,
  CAP_SYS_PTRACE: 19n,
  CAP_SYS_ADMIN: 21n,
  CAP_SYSLOG: 34n,
  CAP_PERFMON: 38n,
  CAP_BPF: 39n,
} as const;

export type Capability = keyof typeof numbers;

/** The effective set of this process as the kernel writes it, hexadecimal (proc_pid_status(5)). */
export function effectiveSet(status = readFileSync('/proc/self/status', 'latin1')): string {
  return /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
}

/** Those of a set that are in use here. */
export function heldCapabilities(set = effectiveSet()): ReadonlySet<Capability> {
  const bits = BigInt(`0x${set}`);
  const all = Object.entries(numbers) as [Capability, bigint][];
  return new Set(all.filter(([, number]) => ((bits >> number) & 1n) === 1n).map(([name]) => name));
}
