import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { ToolCase } from '@bpfleet/tools';

/** What a case needs of the kernel's modules and is not here, by name; each is loaded where it was not. */
export function missingModule({ modules }: Pick<ToolCase, 'modules'>): string | undefined {
  return modules
    .map((each) => [each].flat())
    .find((anyOf) => !anyOf.some(hasModule))
    ?.join(' or ');
}

function hasModule(name: string): boolean {
  return existsSync(`/sys/module/${name}`) || spawnSync('modprobe', ['-q', name]).status === 0;
}
