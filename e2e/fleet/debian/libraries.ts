import type { GuestKind } from '../guests.ts';
import { download, versions } from './apt.ts';
import { extracted } from './extract.ts';

/** What Node, koffi and libbpf need, a shell, and one that uses the C library: bookworm's, whatever the guest's kernel. */
const names = [
  ...['libc6', 'libstdc++6', 'libgcc-s1', 'zlib1g', 'libelf1', 'libzstd1', 'libbpf1'],
  ...['busybox-static', 'dash'],
];

/** Folders of the guest's packages, unpacked. */
export function fetchLibraries({ arch }: GuestKind): Promise<string[]> {
  const architecture = arch === 'x86-64' ? 'amd64' : arch;
  return Promise.all(
    names.map(async (name) => {
      const [newest] = await versions(name, architecture, 'bookworm');
      if (!newest) throw new Error(`Debian's bookworm has no ${name} for ${architecture}`);
      return extracted(await download(newest));
    }),
  );
}
