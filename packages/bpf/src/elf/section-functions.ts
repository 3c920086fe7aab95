import { viewOf } from './byte-source.ts';
import { SectionType, SYMBOL_BYTES } from './elf-file.ts';
import { type ObjectSection, stringAt } from './object-section.ts';

/** A function of an object; `at`: where it begins in its section, bytes. */
export interface SectionFunction {
  readonly name: string;
  readonly at: number;
}

const STT_FUNC = 2;

/** The functions in each section of an object that has passed readObject, by the section's place. */
export function sectionFunctions(sections: readonly ObjectSection[]): ReadonlyMap<number, readonly SectionFunction[]> {
  const found = new Map<number, SectionFunction[]>();
  const table = sections.find(({ type }) => type === SectionType.SYMTAB);
  const strings = sections[table?.link ?? -1]?.bytes;
  if (table === undefined || strings === undefined) return found;
  const view = viewOf(table.bytes);
  for (let at = 0; at + SYMBOL_BYTES <= table.bytes.length; at += SYMBOL_BYTES) {
    if ((view.getUint8(at + 4) & 0xf) !== STT_FUNC) continue;
    const section = view.getUint16(at + 6, true);
    const functions = found.get(section) ?? [];
    functions.push({ name: stringAt(strings, view.getUint32(at, true)), at: Number(view.getBigUint64(at + 8, true)) });
    found.set(section, functions);
  }
  return found;
}
