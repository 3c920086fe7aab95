import { readFileSync } from 'node:fs';
import { isAnonymous, parseProcessMaps } from './process-maps.ts';

/** Paths of the program and the libraries that a process runs, each once; none where it has ended. */
export function processFiles(pid: number): string[] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/maps`, 'utf8');
  } catch {
    return [];
  }
  const files = parseProcessMaps(text).filter((mapping) => mapping.path.startsWith('/') && !isAnonymous(mapping));
  return [...new Set(files.map(({ path }) => path))];
}
