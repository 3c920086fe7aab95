import { viewOf } from './byte-source.ts';
import { SectionType, SYMBOL_BYTES } from './elf-file.ts';
import { type ObjectSection, stringAt } from './object-section.ts';

/** What an instruction refers to: a map, a place in a section of variables, a function. */
export interface CodeReference {
  /** Of the section that the symbol is in; empty of one that is in none. */
  readonly section: string;
  /** Empty of a section itself. */
  readonly symbol: string;
  /** Where the symbol lies in its section, bytes. */
  readonly at: number;
}

const REL_BYTES = 16;

/**
 * What the instructions of a section refer to, by where they lie, bytes from the section's beginning. `sections` as `readObject` gives
 * them, `index` of the section among them. Throws ElfError.
 */
export function codeReferences(sections: readonly ObjectSection[], index: number): ReadonlyMap<number, CodeReference> {
  const found = new Map<number, CodeReference>();
  for (const table of sections.filter(({ type, info }) => type === SectionType.REL && info === index)) {
    const symbols = sections[table.link];
    const names = sections[symbols?.link ?? -1];
    if (symbols === undefined || names === undefined) continue;
    const [rows, values] = [viewOf(table.bytes), viewOf(symbols.bytes)];
    for (let at = 0; at + REL_BYTES <= rows.byteLength; at += REL_BYTES) {
      const symbol = rows.getUint32(at + 12, true) * SYMBOL_BYTES;
      if (symbol + SYMBOL_BYTES > values.byteLength) continue;
      const section = sections[values.getUint16(symbol + 6, true)]?.name ?? '';
      const name = stringAt(names.bytes, values.getUint32(symbol, true));
      const place = Number(values.getBigUint64(symbol + 8, true));
      found.set(Number(rows.getBigUint64(at, true)), { section, symbol: name, at: place });
    }
  }
  return found;
}

/** Which instructions of a section load a map: its name by where the instruction lies. Throws ElfError. */
export function mapReferences(sections: readonly ObjectSection[], index: number): ReadonlyMap<number, string> {
  const maps = [...codeReferences(sections, index)].filter(([, { section }]) => section === '.maps');
  return new Map(maps.map(([at, { symbol }]) => [at, symbol]));
}
