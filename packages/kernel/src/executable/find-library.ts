import { readdirSync, readFileSync } from 'node:fs';
import { parseLibraryCache } from './library-cache.ts';

const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  x64: ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/lib64', '/usr/lib64'],
  arm64: ['/lib/aarch64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/lib64', '/usr/lib64'],
};

/** Path of a shared library: `libc`, `c`, `libc.so` or `libc.so.6`. As the loader's cache says, else where it looks. */
export function findLibrary(name: string): string | null {
  const matches = libraryMatcher(name);
  for (const library of readCache()) if (matches(library.name)) return library.path;
  for (const folder of [...(FOLDERS[process.arch] ?? []), '/lib', '/usr/lib', '/usr/local/lib']) {
    const file = list(folder).find(matches);
    if (file !== undefined) return `${folder}/${file}`;
  }
  return null;
}

function libraryMatcher(name: string): (file: string) => boolean {
  if (name.includes('.so')) return (file) => file === name || file.startsWith(`${name}.`);
  return (file) => file.startsWith(`${name}.so`) || file.startsWith(`lib${name}.so`);
}

function readCache(): ReturnType<typeof parseLibraryCache> {
  try {
    return parseLibraryCache(readFileSync('/etc/ld.so.cache'), process.arch);
  } catch {
    return [];
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
