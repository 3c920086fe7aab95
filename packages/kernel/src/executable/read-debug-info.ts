import { basename, dirname, resolve } from 'node:path';
import { inflateSync, zstdDecompressSync } from 'node:zlib';
import {
  buildId,
  DebugInfo,
  type DebugSections,
  DwarfError,
  debugLink,
  ElfError,
  type Inflate,
  openElf,
  readDebugSections,
  readSplitPackage,
} from '@bpfleet/bpf';
import { debugFiles } from '../symbols/debug-files.ts';
import { openPart, type PartialFile } from '../symbols/open-part.ts';

/** Files that one program's compilations left their entries in, and bytes of those entries. */
const MAX_SPLITS = 4096;
const MAX_SPLIT_BYTES = 256 * 1024 * 1024;

/**
 * What a program's compiler wrote for debuggers: in the file itself, or in the one that it was split off into, which is
 * looked for by build ID and by `.gnu_debuglink`. Or a sentence why there is none.
 */
export function readDebugInfo(path: string): DebugInfo | { readonly reason: string } {
  const none = { reason: `no debuginfo found for ${path}` };
  const file = openPart(path);
  if (file === null) return none;
  try {
    const elf = openElf(file);
    const id = buildId(elf);
    return readOpen(file, path) ?? readSeparate(debugFiles(path, '', id, debugLink(elf)), id) ?? none;
  } catch (error) {
    return { reason: `the debuginfo of ${path} cannot be read: ${reasonOf(error)}` };
  } finally {
    file.close();
  }
}

/** A link by name may lead to the file of another version: its build ID must be the program's. */
function readSeparate(paths: readonly string[], id: string | undefined): DebugInfo | undefined {
  for (const path of paths) {
    const file = openPart(path);
    if (file === null) continue;
    try {
      const found = buildId(openElf(file)) === id ? readOpen(file, path) : undefined;
      if (found !== undefined) return found;
    } catch (error) {
      // A damaged one may have an intact one after it.
      reasonOf(error);
    } finally {
      file.close();
    }
  }
  return undefined;
}

function readOpen(file: PartialFile, path: string): DebugInfo | undefined {
  const sections = readDebugSections(file, inflate);
  if (sections === undefined) return undefined;
  const info = new DebugInfo(sections);
  const names = info.entries.splitFiles().slice(0, MAX_SPLITS);
  if (names.length === 0) return info;
  return new DebugInfo(sections, readPackage(`${path}.dwp`) ?? readSplits(names, dirname(path)));
}

/** Those that are there, each from the folder it was compiled in, or from that of the program. */
function readSplits(names: ReturnType<DebugInfo['entries']['splitFiles']>, beside: string): DebugSections[] {
  const found: DebugSections[] = [];
  let bytes = 0;
  for (const { name, folder } of names) {
    const sections = readSplit(resolve(folder, name)) ?? readSplit(resolve(beside, basename(name)));
    bytes += sections?.info.length ?? 0;
    if (bytes > MAX_SPLIT_BYTES) throw new DwarfError('the files it is split into are too large');
    if (sections !== undefined) found.push(sections);
  }
  return found;
}

/** What all of them were packed into. */
function readPackage(path: string): DebugSections[] | undefined {
  return readBeside(path, (file) => readSplitPackage(file, inflate));
}

function readSplit(path: string): DebugSections | undefined {
  return readBeside(path, (file) => readDebugSections(file, inflate, '.dwo'));
}

function readBeside<T>(path: string, read: (file: PartialFile) => T): T | undefined {
  const file = openPart(path);
  if (file === null) return undefined;
  try {
    return read(file);
  } catch (error) {
    // What the other files say is still of use.
    reasonOf(error);
    return undefined;
  } finally {
    file.close();
  }
}

const inflate: Inflate = (method, packed, size) => {
  const options = { maxOutputLength: Math.max(1, size) };
  try {
    return method === 'zlib' ? inflateSync(packed, options) : zstdDecompressSync(packed, options);
  } catch {
    return null;
  }
};

/** Throws what is not about the file. */
function reasonOf(error: unknown): string {
  if (error instanceof ElfError || error instanceof DwarfError) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return code;
}
