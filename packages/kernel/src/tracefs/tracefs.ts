import { KernelError } from '../kernel-error.ts';
import { exists } from '../node/exists.ts';

const PLACES = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];
let found: string | null = null;

/** Folder of the mounted tracefs. Throws `KernelError` NOTRACEFS where there is none. */
export function tracefs(): string {
  found ??= PLACES.find((place) => exists(`${place}/events`)) ?? null;
  if (found === null) {
    throw new KernelError(
      'NOTRACEFS',
      'tracefs is not mounted, or not readable without CAP_DAC_READ_SEARCH: as root, mount -t tracefs tracefs /sys/kernel/tracing',
    );
  }
  return found;
}
