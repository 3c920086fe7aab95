import type { GuestKind } from '../guests.ts';
import {
  type DebianArchitecture,
  debianArchitecture,
  download,
  type PackageVersion,
  packageNames,
  versions,
} from './apt.ts';
import { extracted } from './extract.ts';

/** A kernel from Debian, unpacked. */
export interface Kernel {
  readonly version: string;
  /** Folders of the packages: vmlinuz in one, modules in one. */
  readonly folders: readonly string[];
}

const suites = { '5.10': 'bullseye', '6.1': 'bookworm', '6.12': 'bookworm-backports', sid: 'sid' } as const;

/**
 * The newest kernel of a suite that the mirror holds: an index may name one that the mirror has dropped already. Those for
 * clouds, for they are small, where it need not be the full one.
 *
 * @throws Error where the suite has none that can be fetched
 */
export async function fetchKernel({ arch, kernel, fullKernel }: GuestKind): Promise<Kernel> {
  const architecture = debianArchitecture(arch);
  const suite = suites[kernel];
  const series = kernel === 'sid' ? '[0-9.]+' : `${kernel.replace('.', '\\.')}\\.`;
  const flavour = fullKernel ? architecture : `cloud-${architecture}`;
  const names = (await packageNames(`^linux-image-${series}[0-9.]*([+-][a-z0-9]+)?-${flavour}$`, architecture)).sort(
    newestFirst,
  );
  let failure = new Error(`Debian's ${suite} has no kernel ${kernel} for ${architecture}`);
  for (const name of names) {
    for (const found of await versions(name, architecture, suite)) {
      try {
        return { version: found.version, folders: await unpack(found, architecture) };
      } catch (error) {
        failure = error as Error;
      }
    }
  }
  throw failure;
}

/** Since 7.x an image package is empty and needs two others of the same version. */
async function unpack(image: PackageVersion, architecture: DebianArchitecture): Promise<string[]> {
  const release = image.name.slice('linux-image-'.length);
  const split = await packageNames(`^linux-(binary|modules)-${release.replace('+', '\\+')}$`, architecture);
  const names = split.length > 0 ? split : [image.name];
  return Promise.all(names.map(async (name) => extracted(await download({ ...image, name }))));
}

/** By the numbers in the names, not by their letters: 5.10.0-46 is newer than 5.10.0-9. */
function newestFirst(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true });
}
