import { existsSync } from 'node:fs';
import { KernelError } from '../kernel-error.ts';

const PLACES = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];
let found: string | null = null;

/** Folder of the mounted tracefs. Throws `KernelError` NOTRACEFS where there is none. */
export function tracefs(): string {
  found ??= PLACES.find((place) => existsSync(`${place}/events`)) ?? null;
  if (found === null) {
    throw new KernelError(
      'NOTRACEFS',
      'tracefs is not mounted or not readable: as root, mount -t tracefs tracefs /sys/kernel/tracing',
    );
  }
  return found;
}
