import { statSync } from 'node:fs';

/** The number of a control group of version 2, which is that of its folder; or a sentence why there is none. */
export function cgroupId(path: string): bigint | { readonly reason: string } {
  try {
    return statSync(path, { bigint: true }).ino;
  } catch (error) {
    return { reason: (error as Error).message };
  }
}
