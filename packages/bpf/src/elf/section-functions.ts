import { viewOf } from './byte-source.ts';
import { SectionType, SYMBOL_BYTES } from './elf-file.ts';
import { type ObjectSection, stringAt } from './object-section.ts';

const STT_FUNC = 2;

/** The names of the functions in each section of an object that has passed readObject, by the section's place. */
export function sectionFunctions(sections: readonly ObjectSection[]): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  const table = sections.find(({ type }) => type === SectionType.SYMTAB);
  const strings = sections[table?.link ?? -1]?.bytes;
  if (table === undefined || strings === undefined) return found;
  const view = viewOf(table.bytes);
  for (let at = 0; at + SYMBOL_BYTES <= table.bytes.length; at += SYMBOL_BYTES) {
    if ((view.getUint8(at + 4) & 0xf) !== STT_FUNC) continue;
    const section = view.getUint16(at + 6, true);
    const names = found.get(section) ?? [];
    names.push(stringAt(strings, view.getUint32(at, true)));
    found.set(section, names);
  }
  return found;
}
