import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Node } from '@bpfleet/client';
import { seed, type TcpProxy } from '@bpfleet/testkit';
import type { ProgramFolders } from '../conform/program-folders.ts';
import type { Guest } from '../guest/guest.ts';
import type { ProgramsCase } from './fleet-case.ts';

/** Which programs conform() is to run. */
export type WantedPrograms = Pick<ProgramsCase, 'programs' | 'only'>;

/** A node of the virtual fleet: a guest, or the host. */
export interface FleetNode {
  readonly name: string;
  /** As its agent found it. */
  readonly info: Node;
  /** Runs shell there and returns what it printed; for so many milliseconds at most. */
  readonly run: (command: string, patienceMs?: number) => Promise<string>;
  /** The shell's words that run programs there and tell what became of them. */
  readonly conform: (programs: WantedPrograms) => string;
  /** Absent on the host. */
  readonly guest?: GuestLink;
}

export interface GuestLink {
  readonly machine: Guest;
  /** Between its agent and the controller. */
  readonly proxy: TcpProxy;
}

/** The words for conform() that run programs, whose folders are where the node has them. */
export function conformWords({ programs, only = [] }: WantedPrograms, folders: ProgramFolders): string {
  if (typeof programs !== 'string') return `random ${programs.random} ${seed()}`;
  return `${programs} '${folders[programs]}' ${only.join(',')}`.trimEnd();
}

const workloads = readFileSync(join(import.meta.dirname, '../guest/workloads.sh'), 'utf8');
const execute = promisify(execFile);

/** Shell on the host, with the workloads that guests have. */
export async function runOnHost(command: string, patienceMs = 60_000): Promise<string> {
  const { stdout } = await execute('/bin/sh', ['-c', `${workloads}\n${command}`], {
    timeout: patienceMs,
    maxBuffer: 16 << 20,
  });
  return stdout;
}
