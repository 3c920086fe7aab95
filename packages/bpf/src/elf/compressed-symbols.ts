import { unxz } from '../xz/unxz.ts';
import { XzError } from '../xz/xz-error.ts';
import { sourceOf } from './byte-source.ts';
import { ElfError } from './elf-error.ts';
import { SectionType } from './elf-file.ts';
import { type ElfFile, openElf } from './elf-tables.ts';

/** Bounds on what anybody's program may have us unpack. Bytes. */
const MAX_PACKED = 8 * 1024 * 1024;
const MAX_UNPACKED = 16 * 1024 * 1024;

/**
 * The file of symbols that is packed within a program (`.gnu_debugdata`, GDB's "MiniDebugInfo", as Fedora's packages have it):
 * the names of the functions that stripping took from it. null where there is none that can be read.
 */
export function compressedSymbols({ sections, read }: ElfFile): ElfFile | null {
  const section = sections.find(({ name, type }) => name === '.gnu_debugdata' && type !== SectionType.NOBITS);
  if (section === undefined || section.size > MAX_PACKED) return null;
  try {
    return openElf(sourceOf(unxz(read(section.offset, section.size), MAX_UNPACKED)));
  } catch (error) {
    if (error instanceof XzError || error instanceof ElfError) return null;
    throw error;
  }
}
