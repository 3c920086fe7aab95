import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Kernel } from '../debian/kernel.ts';

/** A kernel module, and those that must be loaded before it, the first of them last: as modules.dep has it. */
export interface KernelModule {
  readonly name: string;
  readonly data: Uint8Array;
  readonly needs: readonly string[];
}

/** Loaded when a guest boots: the network card, and a disk with its file system. What a kernel has built in has no module. */
export const bootModules = ['virtio_pci', 'virtio_net', 'virtio_blk', 'crc32c_generic', 'ext4'];
/** What workloads of the tool library load: disks, file systems, a RAID, swap, one that does nothing, and CPUs' frequencies. */
const workloadModules = [
  ...['loop', 'xfs', 'btrfs', 'raid1', 'zram', 'dummy'],
  ...['acpi_cpufreq', 'cpufreq_dt', 'cpufreq_userspace'],
];

/** The modules that a guest has. */
export function guestModules(kernel: Kernel): KernelModule[] {
  const paths = new Map(kernel.folders.flatMap(moduleFiles));
  const found = new Map<string, KernelModule>();
  const add = (name: string): readonly string[] => {
    const path = paths.get(name);
    if (path === undefined) return [];
    const known = found.get(name);
    if (known !== undefined) return [name, ...known.needs];
    const data = content(path);
    const needs = [...new Set(dependencies(data).flatMap(add).reverse())].reverse();
    found.set(name, { name, data, needs });
    return [name, ...needs];
  };
  for (const name of [...bootModules, ...workloadModules]) add(name);
  return [...found.values()];
}

/** The folder of a kernel's modules: its `uname -r`. */
export function kernelRelease(kernel: Kernel): string {
  for (const folder of kernel.folders) {
    for (const modules of ['lib/modules', 'usr/lib/modules'].map((path) => join(folder, path))) {
      const [release] = existsSync(modules) ? readdirSync(modules) : [];
      if (release !== undefined) return release;
    }
  }
  throw new Error(`the packages of kernel ${kernel.version} have no modules`);
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
