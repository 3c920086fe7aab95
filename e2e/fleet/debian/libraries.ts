import type { GuestKind } from '../guests.ts';
import { download, versions } from './apt.ts';
import { extracted } from './extract.ts';

/**
 * What Node, koffi and libbpf need, a shell, one that uses the C library, and what starts a program without root: bookworm's,
 * whatever the guest's kernel.
 */
const names = [
  ...['libc6', 'libstdc++6', 'libgcc-s1', 'zlib1g', 'libelf1', 'libzstd1', 'libbpf1', 'libcap-ng0'],
  ...['busybox-static', 'dash', 'util-linux'],
];
/** Of a package that has programs under names of busybox's. */
const parts: Readonly<Record<string, readonly string[]>> = { 'util-linux': ['usr/bin/setpriv'] };

/** A package's files, unpacked. */
export interface Library {
  readonly folder: string;
  /** Those that are taken; null: all. */
  readonly only: readonly string[] | null;
}

/** The guest's packages. */
export function fetchLibraries({ arch }: GuestKind): Promise<Library[]> {
  const architecture = arch === 'x86-64' ? 'amd64' : arch;
  return Promise.all(
    names.map(async (name) => {
      const [newest] = await versions(name, architecture, 'bookworm');
      if (!newest) throw new Error(`Debian's bookworm has no ${name} for ${architecture}`);
      return { folder: await extracted(await download(newest)), only: parts[name] ?? null };
    }),
  );
}
