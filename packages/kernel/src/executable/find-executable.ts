import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { delimiter } from 'node:path';
import {
  type ByteSource,
  type DebugInfo,
  ElfError,
  type ElfFunction,
  readFunctions,
  readStaticProbes,
  type StaticProbe,
} from '@bpfleet/bpf';
import { findLibrary } from './find-library.ts';
import { readDebugInfo } from './read-debug-info.ts';

/** A program or library on this node. */
export interface Executable {
  /** As it was given where that was a path. */
  readonly path: string;
  /** In order of name. */
  readonly functions: readonly ElfFunction[];
  /** Read when they are first asked for; none where the file's notes make no sense. */
  readonly staticProbes: () => readonly StaticProbe[];
  /** Read when it is first asked for; or a sentence why there is none. */
  readonly debugInfo: () => DebugInfo | { readonly reason: string };
}

interface Known {
  readonly identity: string;
  readonly executable: Executable;
}

/** Whoever replaces a file gives it another identity. */
const cache = new Map<string, Known>();
const MAX_CACHED = 16;

/**
 * A file by its path, a program by its name in PATH, or a library by its name (`libc`, `libssl.so.3`).
 * One sentence where there is none or it cannot be probed.
 */
export function findExecutable(name: string): Executable | { readonly reason: string } {
  const path = locate(name);
  if (path === null) return { reason: `'${name}' does not exist or is not executable` };
  try {
    return read(path);
  } catch (error) {
    if (error instanceof ElfError) return { reason: `'${path}' cannot be probed: ${error.message}` };
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { reason: `'${path}' cannot be read: ${code}` };
  }
}

function locate(name: string): string | null {
  // A path stays as it was given, from this folder too: so it is in the probe's name. The kernel follows links by itself.
  if (name.includes('/')) return realPath(name) === null ? null : name;
  for (const folder of (process.env.PATH ?? '/usr/bin:/bin').split(delimiter)) {
    const found = folder === '' ? null : realPath(`${folder}/${name}`);
    if (found !== null) return found;
  }
  return findLibrary(name);
}

/** uprobes are kept by file, so every link to it leads to the same. */
function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

function read(path: string): Executable {
  // Opening a pipe would wait for its other end.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new ElfError('this is no file');
    const identity = `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeMs}`;
    const known = cache.get(path);
    if (known?.identity === identity) return known.executable;
    const source: ByteSource = { read: (offset, length) => readPart(file, offset, length) };
    const executable: Executable = {
      path,
      functions: readFunctions(source),
      staticProbes: () => readProbes(path),
      debugInfo: lazyDebugInfo(path),
    };
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(path, { identity, executable });
    return executable;
  } finally {
    closeSync(file);
  }
}

/** It may be large: it is kept while somebody uses it, and read again after that. */
function lazyDebugInfo(path: string): Executable['debugInfo'] {
  let none: { readonly reason: string } | undefined;
  let kept: WeakRef<DebugInfo> | undefined;
  return () => {
    const known = none ?? kept?.deref();
    if (known !== undefined) return known;
    const read = readDebugInfo(path);
    if ('reason' in read) none = read;
    else kept = new WeakRef(read);
    return read;
  };
}

function readProbes(path: string): readonly StaticProbe[] {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return readStaticProbes({ read: (offset, length) => readPart(file, offset, length) });
  } catch (error) {
    if (error instanceof ElfError) return [];
    throw error;
  } finally {
    closeSync(file);
  }
}

function readPart(file: number, offset: number, length: number): Uint8Array {
  const size = Math.max(0, Math.min(length, fstatSync(file).size - offset));
  const part = Buffer.alloc(size);
  let done = 0;
  while (done < size) {
    const count = readSync(file, part, done, size - done, offset + done);
    if (count === 0) break;
    done += count;
  }
  return part.subarray(0, done);
}
