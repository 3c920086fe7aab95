import { attachMulti, findExecutable, KernelError, type Link } from '@bpfleet/kernel';
import type { UsdtSpecs } from './usdt-specs.ts';

/** A static probe of a program or library: of a file, or a name that is looked up. */
export interface UsdtPlace {
  readonly path: string;
  readonly provider: string;
  readonly name: string;
}

const SECTION = /^usdt\/(.+):([^:]+):([^:]+)$/;

/** Where a section, or a manifest in its words, puts a program of a static probe; null of another kind, or one whose place is not whole. */
export function usdtPlace(section: string): UsdtPlace | null {
  const [, path, provider, name] = SECTION.exec(section) ?? [];
  return path === undefined || provider === undefined || name === undefined ? null : { path, provider, name };
}

/**
 * Attaches a program to all places of a static probe by one link, as uprobes are (kernel 6.6), with the counters of those who listen. The
 * program finds the places of its arguments by the link's cookie, as libbpf's usdt.bpf.h has it. Throws KernelError.
 *
 * @param program its name
 */
export function attachUsdt(programFd: number, program: string, place: UsdtPlace, specs: UsdtSpecs): Link {
  const what = `attach program "${program}" to ${place.path}:${place.provider}:${place.name}`;
  const executable = findExecutable(place.path);
  if ('reason' in executable) throw new KernelError('ENOENT', `cannot ${what}: ${executable.reason}`);
  const probes = executable
    .staticProbes()
    .filter(({ provider, name }) => provider === place.provider && name === place.name);
  if (probes.length === 0) throw new KernelError('ENOENT', `cannot ${what}: it has no static probe of that name`);
  const semaphores = probes.map(({ semaphore }) => semaphore);
  return attachMulti(programFd, {
    kind: 'uprobe_multi',
    path: executable.path,
    offsets: probes.map(({ offset }) => offset),
    cookies: probes.map((probe) => specs.numberOf(probe.arguments, what)),
    ...(semaphores.some((each) => each > 0) && { semaphores }),
    return: false,
  });
}
