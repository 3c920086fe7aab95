import { readFileSync, readlinkSync } from 'node:fs';
import { isAnonymous, parseProcessMaps } from './process-maps.ts';

/**
 * Paths of the program and the libraries that a process runs, each once; none where it has ended. They go through its
 * root: it may see other files than we do.
 */
export function processFiles(pid: number): string[] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/maps`, 'utf8');
  } catch {
    return [];
  }
  const files = parseProcessMaps(text).filter((mapping) => mapping.path.startsWith('/') && !isAnonymous(mapping));
  return [...new Set(files.map(({ path }) => processPath(pid, path)))];
}

/** The path by which we reach a file that a process has at `path`. */
export function processPath(pid: number, path: string): string {
  return `/proc/${pid}/root${path}`;
}

/** Whether a process sees other file systems than we do. */
export function hasOwnMounts(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`) !== readlinkSync('/proc/self/ns/mnt');
  } catch {
    return false;
  }
}
