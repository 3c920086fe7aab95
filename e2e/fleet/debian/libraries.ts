import type { GuestKind } from '../guests.ts';
import { debianArchitecture, downloadEach, versionsOfEach } from './apt.ts';
import { extracted } from './extract.ts';

/**
 * Bookworm's packages that a guest has, whatever its kernel: all of a package, or these files of one that has programs
 * under names of busybox's.
 */
const packages: Readonly<Record<string, readonly string[] | null>> = {
  ...whole('libc6', 'libstdc++6', 'libgcc-s1', 'zlib1g', 'libelf1', 'libzstd1', 'libbpf1', 'busybox-static'),
  // A shell that uses the C library, and what starts a program without root.
  ...whole('dash', 'libcap-ng0'),
  'util-linux': ['usr/bin/setpriv', 'usr/bin/taskset', 'usr/bin/ipcmk', 'usr/bin/ipcrm'],
  // For the workloads of the tool library.
  bash: ['bin/bash'],
  bsdutils: ['usr/bin/script'],
  mount: ['bin/mount', 'bin/umount', 'sbin/losetup'],
  'libc-bin': ['usr/bin/getent'],
  strace: ['usr/bin/strace'],
  mdadm: ['sbin/mdadm'],
  e2fsprogs: ['sbin/mke2fs', 'sbin/mkfs.ext4', 'etc/mke2fs.conf'],
  xfsprogs: ['sbin/mkfs.xfs'],
  'btrfs-progs': ['sbin/mkfs.btrfs'],
  openssl: ['usr/bin/openssl', 'usr/lib/ssl/openssl.cnf', 'etc/ssl/openssl.cnf'],
  ...whole('libssl3', 'python3.11-minimal', 'libpython3.11-minimal', 'libpython3.11-stdlib', 'python3-minimal'),
  ...whole('libexpat1', 'libffi8', 'libtinfo6', 'libmount1', 'libsmartcols1', 'libblkid1', 'libselinux1'),
  ...whole(
    'libpcre2-8-0',
    'libudev1',
    'libuuid1',
    'libinih1',
    'liburcu8',
    'libext2fs2',
    'libcom-err2',
    'liblzo2-2',
    'libunwind8',
    'liblzma5',
  ),
};

function whole(...names: readonly string[]): Record<string, null> {
  return Object.fromEntries(names.map((name) => [name, null]));
}

/** A package's files, unpacked. */
export interface Library {
  readonly folder: string;
  /** Those that are taken; null: all. */
  readonly only: readonly string[] | null;
}

/** The guest's packages. */
export async function fetchLibraries({ arch }: GuestKind): Promise<Library[]> {
  const architecture = debianArchitecture(arch);
  const names = Object.keys(packages);
  const found = await versionsOfEach(names, architecture, 'bookworm');
  const wanted = names.map((name) => {
    const [newest] = found.get(name) ?? [];
    if (!newest) throw new Error(`Debian's bookworm has no ${name} for ${architecture}`);
    return newest;
  });
  const archives = await downloadEach(wanted);
  const folders = await Promise.all(archives.map(extracted));
  return Object.values(packages).map((only, index) => ({ folder: folders[index] ?? '', only }));
}
