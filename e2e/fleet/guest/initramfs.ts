import { createWriteStream, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Kernel } from '../debian/kernel.ts';
import type { Library } from '../debian/libraries.ts';
import { agentUser } from './agent.ts';
import { type CpioEntry, cpio } from './cpio.ts';
import { bootModules, guestModules, kernelRelease } from './modules.ts';

const none = new Uint8Array();
const folder = (path: string): CpioEntry => ({ path, mode: 0o040755, data: none });
const program = (path: string, data: Uint8Array): CpioEntry => ({ path, mode: 0o100755, data });

const text = (path: string, data: string): CpioEntry => ({ path, mode: 0o100644, data: Buffer.from(data) });

/** Where guests mount and write. */
const folders = [
  'proc',
  'sys',
  'dev',
  'tmp',
  'run',
  'root',
  'etc',
  'lib',
  'lib/modules',
  'var',
  'var/lib',
  'programs',
  'services',
];

/** PostgreSQL does not run as root. */
const postgresUser = 991;

const passwd = `root:x:0:0:root:/root:/bin/sh
bpfleet:x:${agentUser}:${agentUser}:bpfleet agent:/var/lib/bpfleet:/bin/false
postgres:x:${postgresUser}:${postgresUser}:PostgreSQL:/tmp:/bin/sh
`;

/** What is in a package for people and is not needed to run. */
const leftOut = /^(usr\/share|usr\/lib\/[^/]*\/(gconv|audit))\//;

export interface GuestContent {
  readonly kernel: Kernel;
  readonly libraries: readonly Library[];
  /** A file with a file system of services; null: a guest without. */
  readonly disk: string | null;
  /** The agent's one file. */
  readonly agent: string;
  /** Folders of programs to run there, by the word that runs them: `/programs/WORD`. */
  readonly programs: Readonly<Record<string, string>>;
}

/** Writes a guest's root file system. Not compressed: an emulated processor would take long to undo that. */
export async function writeInitramfs(path: string, content: GuestContent): Promise<void> {
  await pipeline(Readable.from(cpio(entries(content))), createWriteStream(path));
}

function* entries({ kernel, libraries, agent, programs }: GuestContent): Generator<CpioEntry> {
  const seen = new Set<string>();
  const once = function* (entry: CpioEntry) {
    if (!seen.has(entry.path)) yield entry;
    seen.add(entry.path);
  };
  for (const path of folders) yield* once(folder(path));
  for (const { folder, only } of libraries) {
    for (const entry of files(folder, '')) if (isTaken(entry.path, only)) yield* once(entry);
  }
  yield* modules(kernel);
  yield program('init', readFileSync(join(import.meta.dirname, 'init.sh')));
  yield text('etc/passwd', passwd);
  yield text('etc/hosts', '127.0.0.1 localhost\n');
  yield text('etc/nsswitch.conf', 'hosts: files dns\n');
  yield program('workloads.sh', readFileSync(join(import.meta.dirname, 'workloads.sh')));
  yield program('bin/bpfleet', readFileSync(agent));
  for (const [word, path] of Object.entries(programs)) {
    yield* once(folder(`programs/${word}`));
    for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()) {
      const to = `programs/${word}/${name}`;
      if (lstatSync(join(path, name)).isDirectory()) yield* once(folder(to));
      else if (/\.(bt|txt|yaml)$/.test(name)) yield { path: to, mode: 0o100644, data: readFileSync(join(path, name)) };
    }
  }
}

/** As modprobe(8) wants them. */
function* modules(kernel: Kernel): Generator<CpioEntry> {
  const under = `lib/modules/${kernelRelease(kernel)}`;
  yield folder(under);
  const all = guestModules(kernel);
  for (const { name, data } of all) yield { path: `${under}/${name}.ko`, mode: 0o100644, data };
  const lines = all.map(({ name, needs }) => `${name}.ko:${needs.map((each) => ` ${each}.ko`).join('')}\n`);
  yield text(`${under}/modules.dep`, lines.join(''));
  const booted = bootModules.filter((name) => all.some((module) => module.name === name));
  yield text('etc/modules', booted.map((name) => `${name}\n`).join(''));
}

/** Whether it is one of those that are wanted, or a folder above one. */
function isTaken(path: string, only: readonly string[] | null): boolean {
  return only === null || only.some((wanted) => wanted === path || wanted.startsWith(`${path}/`));
}

function* files(top: string, under: string): Generator<CpioEntry> {
  for (const name of readdirSync(join(top, under)).sort()) {
    const path = join(under, name);
    const from = join(top, path);
    const stat = lstatSync(from);
    if (leftOut.test(`${path}/`)) continue;
    if (stat.isDirectory()) {
      yield folder(path);
      yield* files(top, path);
    } else if (stat.isSymbolicLink()) {
      yield { path, mode: 0o120777, data: Buffer.from(readlinkSync(from)) };
    } else if (stat.isFile()) {
      yield { path, mode: stat.mode, data: readFileSync(from) };
    }
  }
}
