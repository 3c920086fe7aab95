import { viewOf } from './byte-source.ts';
import { ElfError } from './elf-error.ts';
import { SectionType, SYMBOL_BYTES } from './elf-file.ts';
import type { ObjectSection } from './object-section.ts';

/** Bytes that a relocation of data writes, by its type: `R_BPF_64_ABS64`, `_ABS32`, `_NODYLD32` (kernel: llvm_reloc.rst). */
const WIDTHS: ReadonlyMap<number, 4 | 8> = new Map([
  [2, 8],
  [3, 4],
  [4, 4],
]);
const REL_BYTES = 16;

/**
 * The contents of the first section of this name as its readers are to see them: clang leaves places of variables, and of names in
 * debugging information, to relocations. Law of REL: value of the symbol plus what lies there. Empty where there is no
 * such section. `sections` as `readObject` gives them. Throws ElfError.
 */
export function relocatedSection(sections: readonly ObjectSection[], name: string): Uint8Array {
  const index = sections.findIndex((section) => section.name === name);
  const section = sections[index];
  if (section === undefined) return new Uint8Array();
  const tables = sections.filter(({ type, info }) => type === SectionType.REL && info === index);
  if (tables.length === 0) return section.bytes;
  const bytes = Uint8Array.from(section.bytes);
  for (const table of tables) relocate(viewOf(bytes), table, sections[table.link]);
  return bytes;
}

function relocate(target: DataView, table: ObjectSection, symbols: ObjectSection | undefined): void {
  if (symbols === undefined) throw new ElfError('its relocations belong to no section');
  const [rows, values] = [viewOf(table.bytes), viewOf(symbols.bytes)];
  for (let at = 0; at + REL_BYTES <= rows.byteLength; at += REL_BYTES) {
    const offset = Number(rows.getBigUint64(at, true));
    const width = WIDTHS.get(rows.getUint32(at + 8, true));
    if (width === undefined) continue;
    if (offset + width > target.byteLength) throw new ElfError('a relocation points outside of the object');
    const value = values.getBigUint64(rows.getUint32(at + 12, true) * SYMBOL_BYTES + 8, true);
    if (width === 8) target.setBigUint64(offset, BigInt.asUintN(64, target.getBigUint64(offset, true) + value), true);
    else target.setUint32(offset, Number(BigInt.asUintN(32, BigInt(target.getUint32(offset, true)) + value)), true);
  }
}
