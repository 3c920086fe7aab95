import { readFileSync } from 'node:fs';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { AgentError } from '../agent-error.ts';
import type { StateDir } from '../identity/state-dir.ts';

export interface StateLock {
  release(): Promise<void>;
}

/**
 * One agent a state folder. The file names its owner by pid and start time, so a number that another process got since
 * does not count. Throws AgentError `already_running`.
 */
export async function lockState(dir: StateDir): Promise<StateLock> {
  // Linked into place, so that the lock is never seen without its owner.
  const own = `${dir.lock}.${process.pid}`;
  await writeFile(own, `${process.pid} ${startTime(process.pid)}\n`, { mode: 0o600 });
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await link(own, dir.lock);
      await rm(own);
      return { release: () => rm(dir.lock, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = await readFile(dir.lock, 'utf8').catch(() => '');
    const [pid = '', started = ''] = owner.trim().split(' ');
    if (started !== '' && startTime(Number(pid)) === started) {
      await rm(own, { force: true });
      throw new AgentError('already_running', `an agent with process id ${pid} already uses ${dir.root}`);
    }
    await rm(dir.lock, { force: true });
  }
  await rm(own, { force: true });
  throw new AgentError('already_running', `another agent is starting on ${dir.root} at this moment`);
}

/** Field 22 of /proc/PID/stat, clock ticks since boot; empty for a process that is no more. See proc(5). */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie holds nothing any more.
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}
