import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { fleetState } from '../state.ts';

const execute = promisify(execFile);
const folder = join(fleetState, 'packages');

/** The folder of a Debian package's files, unpacked once. */
export async function extracted(archive: string): Promise<string> {
  const done = join(folder, basename(archive, '.deb'));
  if (existsSync(done)) return done;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'unpacking-'));
  try {
    await execute('dpkg-deb', ['-x', archive, work]);
    // Whole or not at all; another guest may have been as quick.
    if (!existsSync(done)) renameSync(work, done);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return done;
}
