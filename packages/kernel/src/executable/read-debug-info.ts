import { inflateSync, zstdDecompressSync } from 'node:zlib';
import {
  buildId,
  DebugInfo,
  DwarfError,
  debugLink,
  ElfError,
  type Inflate,
  openElf,
  readDebugSections,
} from '@bpfleet/bpf';
import { debugFiles } from '../symbols/debug-files.ts';
import { openPart, type PartialFile } from '../symbols/open-part.ts';

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
    return readOpen(file) ?? readSeparate(debugFiles(path, '', id, debugLink(elf)), id) ?? none;
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
      const found = buildId(openElf(file)) === id ? readOpen(file) : undefined;
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

function readOpen(file: PartialFile): DebugInfo | undefined {
  const sections = readDebugSections(file, inflate);
  return sections && new DebugInfo(sections);
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
