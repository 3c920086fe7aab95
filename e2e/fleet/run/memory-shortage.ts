import { guestMemory } from '../guest/qemu.ts';

/** What the host itself, PostgreSQL and the controller need, bytes. */
const reserved = 1536 * 1024 * 1024;

/**
 * Why another guest cannot be booted for want of memory; null where it can.
 *
 * @param available bytes that processes here may still take, by the machine's memory and by their control group's limit
 * @param booting guests that will take theirs in the next seconds
 */
export function memoryShortage(available: number, booting: number): string | null {
  const free = Math.max(0, available - reserved - booting * guestMemory);
  return free >= guestMemory ? null : `it needs ${mib(guestMemory)} MiB of memory, and ${mib(free)} MiB are free.`;
}

const mib = (bytes: number) => Math.floor(bytes / 1024 / 1024);
