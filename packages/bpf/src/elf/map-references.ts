import { viewOf } from './byte-source.ts';
import { SectionType, SYMBOL_BYTES } from './elf-file.ts';
import { type ObjectSection, stringAt } from './object-section.ts';

const REL_BYTES = 16;

/**
 * Which instructions of a section load a map: its name by where the instruction lies, bytes from the section's beginning.
 * `sections` as `readObject` gives them, `index` of the section among them. Throws ElfError.
 */
export function mapReferences(sections: readonly ObjectSection[], index: number): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  const maps = sections.findIndex(({ name }) => name === '.maps');
  for (const table of sections.filter(({ type, info }) => type === SectionType.REL && info === index)) {
    const symbols = sections[table.link];
    const names = sections[symbols?.link ?? -1];
    if (symbols === undefined || names === undefined) continue;
    const [rows, values] = [viewOf(table.bytes), viewOf(symbols.bytes)];
    for (let at = 0; at + REL_BYTES <= rows.byteLength; at += REL_BYTES) {
      const symbol = rows.getUint32(at + 12, true) * SYMBOL_BYTES;
      if (symbol + SYMBOL_BYTES > values.byteLength || values.getUint16(symbol + 6, true) !== maps) continue;
      found.set(Number(rows.getBigUint64(at, true)), stringAt(names.bytes, values.getUint32(symbol, true)));
    }
  }
  return found;
}
