import { readFileSync } from 'node:fs';

/** Capabilities by number: include/uapi/linux/capability.h. CAP_BPF and CAP_PERFMON need Linux 5.8. */
const CAP_SYS_ADMIN = 21n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;

/** A right that this process lacks to load and attach programs, as far as capabilities say; null where it has all. */
export function missingRight(status = readFileSync('/proc/self/status', 'utf8')): string | null {
  const [, hex] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status) ?? [];
  const has = (capability: bigint) => ((BigInt(`0x${hex ?? 0}`) >> capability) & 1n) === 1n;
  if (has(CAP_SYS_ADMIN)) return null;
  if (!has(CAP_BPF)) return 'CAP_BPF';
  return has(CAP_PERFMON) ? null : 'CAP_PERFMON';
}
