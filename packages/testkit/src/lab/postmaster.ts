import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until.ts';

/** Process id of the PostgreSQL server that runs on a data folder; null where none does. */
export function postmasterPid(dataDir: string): number | null {
  try {
    const [first = ''] = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(first);
    process.kill(pid, 0);
    return pid;
  } catch {
    return null;
  }
}

/** Ends the server that a killed controller left behind: a fast shutdown, as pg_ctl does it. */
export async function stopPostmaster(dataDir: string): Promise<void> {
  const pid = postmasterPid(dataDir);
  if (pid === null) return;
  process.kill(pid, 'SIGINT');
  await until('PostgreSQL to stop', () => postmasterPid(dataDir) === null, 10_000);
}

/** Kills the server as the kernel does when memory is short; its own processes notice, and end. */
export async function killPostmaster(dataDir: string): Promise<void> {
  const pid = postmasterPid(dataDir);
  if (pid === null) return;
  process.kill(pid, 'SIGKILL');
  await until('PostgreSQL to die', () => postmasterPid(dataDir) === null, 10_000);
}
