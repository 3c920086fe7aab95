import { readFileSync } from 'node:fs';

/** Debian's own level of kernel.perf_event_paranoid. */
const ROOT_ALONE = 3;

/**
 * Why perf events are refused to whoever has CAP_PERFMON and is not root; null where that is not why. From level 3 on, which Debian
 * has added and made the default, they need CAP_SYS_ADMIN.
 */
export function perfForRootAlone(): string | null {
  if (process.geteuid?.() === 0) return null;
  try {
    const level = Number(readFileSync('/proc/sys/kernel/perf_event_paranoid', 'latin1'));
    const what = `kernel.perf_event_paranoid is ${level}, which leaves perf events to root`;
    return level >= ROOT_ALONE ? `${what}: sysctl kernel.perf_event_paranoid=2 gives them to CAP_PERFMON` : null;
  } catch {
    return null;
  }
}
