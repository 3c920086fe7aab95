import { ObjectError } from './object-error.ts';
import { type Section, SectionType, stringAt, viewOf } from './section.ts';

const SYMBOL_SIZE = 24;
const REL_SIZE = 16;
/** From here on section numbers are not indexes (SHN_LORESERVE). */
const RESERVED_SECTIONS = 0xff00;

/**
 * Holds symbols and relocations against the sections that they point to, since libbpf and libelf, which run in our
 * process, are not made for hostile files. Throws ObjectError.
 */
export function checkTables(sections: readonly Section[]): void {
  const symbolTables = sections.filter(({ type }) => type === SectionType.SYMTAB);
  if (symbolTables.length !== 1) throw new ObjectError('it has no symbol table, or several');
  for (const section of sections) {
    if (section.type === SectionType.SYMTAB) checkSymbols(section, sections);
    if (section.type === SectionType.RELA) throw new ObjectError('it has relocations of a kind that BPF does not use');
    if (section.type === SectionType.REL) checkRelocations(section, sections);
  }
}

function checkSymbols(table: Section, sections: readonly Section[]): void {
  const strings = sections[table.link];
  if (strings?.type !== SectionType.STRTAB) throw new ObjectError('its symbols have no names');
  for (const at of rows(table, SYMBOL_SIZE)) {
    const view = viewOf(table.bytes);
    stringAt(strings.bytes, view.getUint32(at, true));
    const index = view.getUint16(at + 6, true);
    if (index >= RESERVED_SECTIONS || index === 0) continue;
    const target = sections[index];
    const end = view.getBigUint64(at + 8, true) + view.getBigUint64(at + 16, true);
    if (target === undefined || end > BigInt(target.size))
      throw new ObjectError('a symbol lies outside of its section');
  }
}

function checkRelocations(table: Section, sections: readonly Section[]): void {
  const symbols = sections[table.link];
  const target = sections[table.info];
  if (symbols?.type !== SectionType.SYMTAB || target === undefined) {
    throw new ObjectError('its relocations belong to no section');
  }
  for (const at of rows(table, REL_SIZE)) {
    const view = viewOf(table.bytes);
    const offset = view.getBigUint64(at, true);
    const symbol = view.getUint32(at + 12, true);
    if (offset >= BigInt(target.size) || symbol >= symbols.size / SYMBOL_SIZE) {
      throw new ObjectError('a relocation points outside of the object');
    }
  }
}

function rows(table: Section, size: number): number[] {
  if (table.entrySize !== size || table.size % size !== 0) throw new ObjectError('a table has rows of a wrong size');
  return Array.from({ length: table.size / size }, (_, row) => row * size);
}
