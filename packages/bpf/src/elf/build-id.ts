import { viewOf } from './byte-source.ts';
import { SectionType } from './elf-file.ts';
import { type ElfFile, textAt } from './elf-tables.ts';

const NT_GNU_BUILD_ID = 3;
/** SHA-1 has 20 bytes; linkers allow other lengths. */
const MAX_BUILD_ID = 64;
const MAX_NOTES = 64 * 1024;

/** The build ID as hexadecimal digits; undefined where the linker wrote none. */
export function buildId({ sections, read }: ElfFile): string | undefined {
  for (const { type, offset, size } of sections) {
    if (type !== SectionType.NOTE || size > MAX_NOTES) continue;
    const notes = viewOf(read(offset, size));
    // Each note: three words of 4 bytes (length of name and of content, type), then both, padded to 4 bytes.
    for (let at = 0; at + 12 <= notes.byteLength; ) {
      const nameBytes = notes.getUint32(at, true);
      const bytes = notes.getUint32(at + 4, true);
      const content = at + 12 + padded(nameBytes);
      if (content + bytes > notes.byteLength) break;
      const name = textAt(new Uint8Array(notes.buffer, notes.byteOffset + at + 12), 0, Math.min(nameBytes, 4));
      if (notes.getUint32(at + 8, true) === NT_GNU_BUILD_ID && name === 'GNU' && bytes > 0 && bytes <= MAX_BUILD_ID) {
        return hex(new Uint8Array(notes.buffer, notes.byteOffset + content, bytes));
      }
      at = content + padded(bytes);
    }
  }
  return undefined;
}

/** The file with the symbols of this one, as `.gnu_debuglink` names it; undefined where it names none. */
export function debugLink({ sections, read }: ElfFile): string | undefined {
  const section = sections.find(({ name, type }) => name === '.gnu_debuglink' && type !== SectionType.NOBITS);
  if (section === undefined || section.size > MAX_NOTES) return undefined;
  const name = textAt(read(section.offset, section.size), 0, 255);
  return name === '' || name.includes('/') ? undefined : name;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
