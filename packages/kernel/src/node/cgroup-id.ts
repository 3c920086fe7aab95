import { statfsSync, statSync } from 'node:fs';

/** `CGROUP2_SUPER_MAGIC`, linux/magic.h. */
const CGROUP2 = 0x63677270;

/** The number of a control group of version 2, which is that of its folder; or a sentence why there is none. */
export function cgroupId(path: string): bigint | { readonly reason: string } {
  try {
    if (statfsSync(path).type !== CGROUP2) return { reason: `${path} is no control group of version 2` };
    return statSync(path, { bigint: true }).ino;
  } catch (error) {
    return { reason: `${path} cannot be read: ${(error as Error).message}` };
  }
}
