import { join, resolve } from 'node:path';
import { download, versions } from '../debian/apt.ts';
import { extracted } from '../debian/extract.ts';
import type { conformRuns } from './conform.ts';

/** Folders of programs by the word of conform() that runs them: the language's case files, and bpftrace's own tools. */
export type ProgramFolders = Readonly<Record<Exclude<keyof typeof conformRuns, 'random'>, string>>;

/** @throws Error where Debian's bpftrace, of which the tools are, cannot be had */
export async function programFolders(): Promise<ProgramFolders> {
  const packages = resolve(import.meta.dirname, '../../../packages');
  return {
    language: join(packages, 'compiler/cases'),
    library: join(packages, 'tools/library'),
    workloads: join(packages, 'tools/library'),
    tools: await fetchTools(),
  };
}

/** Unpacked beside us, and never part of this repository. Scripts are the same for every architecture. */
export async function fetchTools(): Promise<string> {
  const [newest] = await versions('bpftrace', 'amd64', 'sid');
  if (!newest) throw new Error("Debian's sid has no bpftrace");
  return join(await extracted(await download(newest)), 'usr/sbin');
}
