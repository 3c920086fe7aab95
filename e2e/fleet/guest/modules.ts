import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Kernel } from '../debian/kernel.ts';

/** A kernel module as insmod takes it. */
export interface KernelModule {
  readonly name: string;
  readonly data: Uint8Array;
}

/** The network card. What a kernel has built in has no module. */
const wanted = ['virtio_pci', 'virtio_net'];

/** The modules a guest needs, each after those it depends on. */
export function guestModules(kernel: Kernel): KernelModule[] {
  const paths = new Map(kernel.folders.flatMap(moduleFiles));
  const found = new Map<string, KernelModule>();
  const add = (name: string) => {
    const path = paths.get(name);
    if (path === undefined || found.has(name)) return;
    const data = content(path);
    for (const needed of dependencies(data)) add(needed);
    found.set(name, { name, data });
  };
  for (const name of wanted) add(name);
  return [...found.values()];
}

function moduleFiles(folder: string): [string, string][] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((path) => /\.ko(\.xz)?$/.test(path))
    .map((path) => [moduleName(basename(path)), join(folder, path)]);
}

/** Files have dashes where modules have underscores. */
function moduleName(file: string): string {
  return file.replace(/\.ko(\.xz)?$/, '').replaceAll('-', '_');
}

function content(path: string): Uint8Array {
  return path.endsWith('.xz') ? execFileSync('xz', ['-dc', path], { maxBuffer: 64 << 20 }) : readFileSync(path);
}

/** Names that the `depends` of a module's .modinfo section lists: strings that end with a zero byte. */
export function dependencies(module: Uint8Array): string[] {
  const names = /\0depends=([\w,-]*)\0/.exec(Buffer.from(module).toString('latin1'))?.[1] ?? '';
  return names
    .split(',')
    .filter((name) => name !== '')
    .map(moduleName);
}
