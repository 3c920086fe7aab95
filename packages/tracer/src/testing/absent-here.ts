import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { ToolCase } from '@bpfleet/tools';

/** What a case needs of this machine and is not here, by name: a command, or one of the kernel's modules, which are loaded where they were not. */
export function absentHere({ commands, modules }: Pick<ToolCase, 'commands' | 'modules'>): string | undefined {
  const command = commands.find((each) => !isCommand(each));
  if (command !== undefined) return command;
  return modules
    .map((each) => [each].flat())
    .find((anyOf) => !anyOf.some(hasModule))
    ?.join(' or ');
}

function isCommand(name: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'command -v "$1" >/dev/null', 'sh', name]).status === 0;
}

function hasModule(name: string): boolean {
  return existsSync(`/sys/module/${name}`) || spawnSync('modprobe', ['-q', name]).status === 0;
}
