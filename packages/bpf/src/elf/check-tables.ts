import { viewOf } from './byte-source.ts';
import { ElfError } from './elf-error.ts';
import { SectionType, SYMBOL_BYTES } from './elf-file.ts';
import { type ObjectSection, stringAt } from './object-section.ts';

const REL_BYTES = 16;
/** From here on section numbers are not indexes (SHN_LORESERVE). */
const RESERVED_SECTIONS = 0xff00;

/**
 * Holds symbols and relocations against the sections that they point to, since libbpf and libelf, which run in our
 * process, are not made for hostile files. Throws ElfError.
 */
export function checkTables(sections: readonly ObjectSection[]): void {
  const symbolTables = sections.filter(({ type }) => type === SectionType.SYMTAB);
  if (symbolTables.length !== 1) throw new ElfError('it has no symbol table, or several');
  for (const section of sections) {
    if (section.type === SectionType.SYMTAB) checkSymbols(section, sections);
    if (section.type === SectionType.RELA) throw new ElfError('it has relocations of a kind that BPF does not use');
    if (section.type === SectionType.REL) checkRelocations(section, sections);
  }
}

function checkSymbols(table: ObjectSection, sections: readonly ObjectSection[]): void {
  const strings = sections[table.link];
  if (strings?.type !== SectionType.STRTAB) throw new ElfError('its symbols have no names');
  for (const at of rows(table, SYMBOL_BYTES)) {
    const view = viewOf(table.bytes);
    stringAt(strings.bytes, view.getUint32(at, true));
    const index = view.getUint16(at + 6, true);
    if (index >= RESERVED_SECTIONS || index === 0) continue;
    const target = sections[index];
    const end = view.getBigUint64(at + 8, true) + view.getBigUint64(at + 16, true);
    if (target === undefined || end > BigInt(target.size)) throw new ElfError('a symbol lies outside of its section');
  }
}

function checkRelocations(table: ObjectSection, sections: readonly ObjectSection[]): void {
  const symbols = sections[table.link];
  const target = sections[table.info];
  if (symbols?.type !== SectionType.SYMTAB || target === undefined) {
    throw new ElfError('its relocations belong to no section');
  }
  for (const at of rows(table, REL_BYTES)) {
    const view = viewOf(table.bytes);
    const offset = view.getBigUint64(at, true);
    const symbol = view.getUint32(at + 12, true);
    if (offset >= BigInt(target.size) || symbol >= symbols.size / SYMBOL_BYTES) {
      throw new ElfError('a relocation points outside of the object');
    }
  }
}

function rows(table: ObjectSection, size: number): number[] {
  if (table.entrySize !== size || table.size % size !== 0) throw new ElfError('a table has rows of a wrong size');
  return Array.from({ length: table.size / size }, (_, row) => row * size);
}
