import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Whether the kernel has a module, which is loaded where it was not. */
export function hasModule(name: string): boolean {
  return existsSync(`/sys/module/${name}`) || spawnSync('modprobe', ['-q', name]).status === 0;
}
