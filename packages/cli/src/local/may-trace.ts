import { readFileSync } from 'node:fs';

/** Capabilities by number: include/uapi/linux/capability.h. CAP_BPF and CAP_PERFMON need Linux 5.8. */
const CAP_SYS_ADMIN = 21n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;

/** Whether this process may load and attach programs, as far as capabilities say. */
export function mayTrace(status = readFileSync('/proc/self/status', 'utf8')): boolean {
  const [, hex] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status) ?? [];
  const has = (capability: bigint) => ((BigInt(`0x${hex ?? 0}`) >> capability) & 1n) === 1n;
  return has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON));
}
