import { attachMulti, findExecutable, hasFeature, KernelError, type Link } from '@bpfleet/kernel';

/** A function of a program or library; `offset` within it, bytes. */
export interface UprobePlace {
  /** Of a file, or a name that is looked up. */
  readonly path: string;
  readonly function: string;
  readonly offset: number;
  readonly return: boolean;
}

const SECTION = /^(u(?:ret)?probe)(?:\.s)?\/(.+):([A-Za-z0-9_.@$]+)(?:\+(0x[0-9a-f]+|\d+))?$/;

/**
 * Where a section, or a manifest in its words, puts a uprobe; null of another kind, or one whose place is not whole.
 */
export function uprobePlace(section: string): UprobePlace | null {
  const [, kind, path, name, offset = '0'] = SECTION.exec(section) ?? [];
  if (path === undefined || name === undefined) return null;
  return { path, function: name, offset: Number(offset), return: kind === 'uretprobe' };
}

/**
 * Whether uprobes are attached as probes on many functions are (kernel 6.6): those are for whoever has CAP_PERFMON, the others most
 * kernels give only to CAP_SYS_ADMIN.
 */
export function uprobesByMulti(): boolean {
  return !hasFeature('uprobe') && hasFeature('uprobe_multi');
}

/** Throws KernelError. `program`: its name. */
export function attachUprobe(programFd: number, program: string, place: UprobePlace): Link {
  const what = `attach program "${program}" to ${place.path}:${place.function}`;
  const executable = findExecutable(place.path);
  if ('reason' in executable) throw new KernelError('ENOENT', `cannot ${what}: ${executable.reason}`);
  const found = executable.functions.find(({ name }) => name === place.function);
  if (found === undefined) throw new KernelError('ENOENT', `cannot ${what}: it has no function of that name`);
  const { path } = executable;
  return attachMulti(programFd, {
    kind: 'uprobe_multi',
    path,
    offsets: [found.offset + place.offset],
    return: place.return,
  });
}
