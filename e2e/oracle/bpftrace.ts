import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { download, withDependencies } from '../fleet/debian/apt.ts';
import { compileComm } from './compile.ts';
import { OracleError } from './oracle-error.ts';
import { oracleState, type Tool } from './tools.ts';

const execute = promisify(execFile);

const machines = {
  x64: ['amd64', 'x86_64', 'ld-linux-x86-64.so.2'],
  arm64: ['arm64', 'aarch64', 'ld-linux-aarch64.so.1'],
} as const;

/** bpftrace, the folder its files are in, and what it calls itself. */
export interface Bpftrace {
  readonly tool: Tool;
  readonly root: string;
  readonly version: string;
}

/**
 * Debian sid's bpftrace with its own libraries, unpacked beside us and run from there by its own dynamic linker: nothing is
 * installed, and it sees this machine's files as we do. BPFLEET_BPFTRACE_ROOT names a folder that has it already.
 *
 * @throws OracleError where Debian has none for this machine or does not answer
 */
export async function bpftrace(): Promise<Bpftrace> {
  const machine = machines[process.arch as keyof typeof machines];
  if (!machine) throw new OracleError(`Debian's bpftrace is for x86-64 and arm64; this machine is ${process.arch}.`);
  const [architecture, triplet, linker] = machine;
  const root = process.env['BPFLEET_BPFTRACE_ROOT'] ?? (await fetched(architecture));
  const libraries = join(root, `usr/lib/${triplet}-linux-gnu`);
  const preload = ['--preload', await compileComm()];
  const command = [
    join(libraries, linker),
    '--library-path',
    libraries,
    ...preload,
    join(root, 'usr/bin/bpftrace'),
  ] as [string, ...string[]];
  const { stdout } = await execute(command[0], [...command.slice(1), '--version']);
  return { tool: { name: 'bpftrace', command }, root, version: stdout.trim() };
}

async function fetched(architecture: 'amd64' | 'arm64'): Promise<string> {
  const packages = await withDependencies(['bpftrace'], architecture, 'sid');
  const version = packages.find(({ name }) => name === 'bpftrace')?.version ?? '';
  const done = join(oracleState, `bpftrace-${version}-${architecture}`);
  if (existsSync(done)) return done;
  mkdirSync(oracleState, { recursive: true });
  const work = mkdtempSync(join(oracleState, 'unpacking-'));
  try {
    // One after the other: they share folders.
    for (const each of packages) await execute('dpkg-deb', ['-x', await download(each), work]);
    renameSync(work, done);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return done;
}
