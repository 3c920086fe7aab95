import { readFileSync } from 'node:fs';

/** Paths of the program and libraries that a process has mapped to run, each once. None where there is no such process. */
export function mappedFiles(pid: number): string[] {
  try {
    return parseMappedFiles(readFileSync(`/proc/${pid}/maps`, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return [];
    throw error;
  }
}

/** `7f00-7f01 r-xp 00000000 08:01 42    /usr/lib/libc.so.6`; a file that was replaced ends in ` (deleted)`. */
export function parseMappedFiles(text: string): string[] {
  const files = [...text.matchAll(/^[\da-f]+-[\da-f]+ ..x. [\da-f]+ [\da-f]+:[\da-f]+ \d+ +(\/.*)$/gm)];
  return [...new Set(files.map(([, path = '']) => path))].filter((path) => !path.endsWith(' (deleted)'));
}
