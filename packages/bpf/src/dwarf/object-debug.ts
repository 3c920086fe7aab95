import type { ObjectSection } from '../elf/object-section.ts';
import { relocatedSection } from '../elf/relocate-section.ts';
import { DebugInfo } from './debug-info.ts';
import { DwarfTypes } from './dwarf-types.ts';

/**
 * The types that an object's debugging information has, `undefined` where it has none (people strip it). BTF leaves out what a
 * program uses only within a function, such as the structure of the records that it sends; this has it. Throws ElfError,
 * and DwarfError at once or later.
 */
export function objectDebugTypes(sections: readonly ObjectSection[]): DwarfTypes | undefined {
  const read = (name: string) => relocatedSection(sections, name);
  const [info, abbrev] = [read('.debug_info'), read('.debug_abbrev')];
  if (info.length === 0 || abbrev.length === 0) return undefined;
  const debug = new DebugInfo({
    info,
    abbrev,
    str: read('.debug_str'),
    lineStr: read('.debug_line_str'),
    strOffsets: read('.debug_str_offsets'),
    addr: read('.debug_addr'),
  });
  return new DwarfTypes(debug, 0);
}
