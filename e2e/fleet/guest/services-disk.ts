import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { fetchServices } from '../debian/services.ts';
import type { GuestKind } from '../guests.ts';
import { fleetState } from '../state.ts';

const execute = promisify(execFile);
const folder = join(fleetState, 'disks');

/** For people, and not needed to run. */
const leftOut = ['doc', 'man', 'info', 'locale', 'lintian', 'bug'].map((name) => `usr/share/${name}`);

/** A disk for a guest: a file system of services that init.sh mounts, too large to be in memory. Made once of the same packages. */
export async function servicesDisk(kind: GuestKind): Promise<string> {
  const packages = await fetchServices(kind);
  const digest = createHash('sha256').update(packages.map((each) => basename(each)).join('\n'));
  const done = join(folder, `${kind.arch}-${digest.digest('hex').slice(0, 16)}.ext4`);
  if (existsSync(done)) return done;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'making-'));
  try {
    const root = join(work, 'root');
    mkdirSync(root);
    await execute('cp', ['--archive', '--link', ...packages.map((each) => `${each}/.`), root]);
    for (const path of leftOut) rmSync(join(root, path), { recursive: true, force: true });
    linkJava(root);
    await makeFileSystem(root, join(work, 'disk'));
    renameSync(join(work, 'disk'), done);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return done;
}

/** As Debian's alternatives do it when a JVM is installed. */
function linkJava(root: string): void {
  const [jvm = ''] = readdirSync(join(root, 'usr/lib/jvm')).filter((name) => name.startsWith('java-17-'));
  symlinkSync(`/usr/lib/jvm/${jvm}/bin/java`, join(root, 'usr/bin/java'));
}

/** With a fifth of its space for what ext4 itself needs. No journal: nobody writes to it. */
async function makeFileSystem(root: string, file: string): Promise<void> {
  const { stdout } = await execute('du', ['--summarize', '--block-size=1M', root]);
  const mebibytes = Math.ceil(Number.parseInt(stdout, 10) * 1.2) + 16;
  await execute('mke2fs', ['-q', '-t', 'ext4', '-O', '^has_journal', '-m', '0', '-d', root, file, `${mebibytes}M`], {
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
  });
}
