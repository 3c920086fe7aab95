import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until a condition holds, asking every 25 ms.
 *
 * @throws Error naming what was waited for, once `patienceMs` is over
 */
export async function until(what: string, holds: () => boolean | Promise<boolean>, patienceMs: number): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${patienceMs / 1000} s in vain for ${what}`);
    await sleep(25);
  }
}
