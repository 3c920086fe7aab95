import { readFileSync } from 'node:fs';

/**
 * CPU numbers of a list such as `0-3,8`, ascending.
 * Source of the format: the kernel's Documentation/admin-guide/cputopology.rst.
 */
export function parseCpuList(text: string): number[] {
  const cpus: number[] = [];
  for (const part of text.trim().split(',')) {
    if (part === '') continue;
    const [first, last] = part.split('-').map(Number);
    if (first === undefined || !Number.isInteger(first)) throw new Error(`not a list of CPUs: ${text}`);
    for (let cpu = first; cpu <= (last ?? first); cpu++) cpus.push(cpu);
  }
  return cpus;
}

let possible: number | null = null;

/** How many values a per-CPU map holds for one key: one for each CPU that could ever be plugged in. */
export function possibleCpus(): number {
  if (possible === null) {
    const cpus = parseCpuList(readFileSync('/sys/devices/system/cpu/possible', 'utf8'));
    possible = (cpus.at(-1) ?? 0) + 1;
  }
  return possible;
}

/** The CPUs that run now. */
export function onlineCpus(): number[] {
  return parseCpuList(readFileSync('/sys/devices/system/cpu/online', 'utf8'));
}
