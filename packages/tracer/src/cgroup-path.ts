import { type Dirent, readdirSync, statfsSync, statSync } from 'node:fs';
import { globMatcher } from './glob.ts';

/** `CGROUP2_SUPER_MAGIC`, linux/magic.h. */
const CGROUP2 = 0x63677270;
const ROOT = '/sys/fs/cgroup';
/** More folders than any honest node has. */
const MAX_FOLDERS = 100_000;

interface Hierarchy {
  readonly name: string;
  readonly folder: string;
}

/** Paths by number; a group may come and go, so what is not found is looked for again. */
const known = new Map<string, string>();

/**
 * The control groups of a number as bpftrace 0.27 writes them: `unified:/a/b`, of several hierarchies with commas
 * between. `pattern`: a wildcard that the hierarchies' names must match. Empty where there is none.
 */
export function cgroupPath(id: bigint, pattern = '*'): string {
  const key = `${id} ${pattern}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const matches = globMatcher(pattern);
  const found = hierarchies()
    .filter(({ name }) => matches(name))
    .flatMap(({ name, folder }) => {
      const path = findFolder(folder, id);
      return path === undefined ? [] : [`${name}:${path}`];
    })
    .join(',');
  if (found !== '') known.set(key, found);
  return found;
}

/** Where the groups of version 2 are: the folder of a group by its path in their hierarchy, `/a/b`. */
export function cgroupFolder(path: string): string {
  if (path === ROOT || path.startsWith(`${ROOT}/`)) return path;
  const { folder } = hierarchies().find(({ name }) => name === 'unified') ?? { folder: ROOT };
  return `${folder}/${path.replace(/^\/+/, '')}`;
}

function hierarchies(): Hierarchy[] {
  if (isUnified(ROOT)) return [{ name: 'unified', folder: ROOT }];
  return folders(ROOT)
    .map(({ name }) => ({ name: isUnified(`${ROOT}/${name}`) ? 'unified' : name, folder: `${ROOT}/${name}` }))
    .sort((a, b) => Number(b.name === 'unified') - Number(a.name === 'unified') || (a.name < b.name ? -1 : 1));
}

function isUnified(folder: string): boolean {
  try {
    return statfsSync(folder).type === CGROUP2;
  } catch {
    return false;
  }
}

/** The folder whose inode has a number, from the top of its hierarchy; nearest first. */
function findFolder(top: string, id: bigint): string | undefined {
  const open = [''];
  for (let index = 0; index < open.length && index < MAX_FOLDERS; index++) {
    const path = open[index] as string;
    if (inodeOf(top + path) === id) return path === '' ? '/' : path;
    for (const { name } of folders(top + path)) open.push(`${path}/${name}`);
  }
  return undefined;
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

function folders(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  } catch {
    return [];
  }
}
