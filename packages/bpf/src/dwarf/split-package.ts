import type { ByteSource } from '../elf/byte-source.ts';
import { openElf } from '../elf/elf-tables.ts';
import { Cursor, Section } from './cursor.ts';
import { type DebugSections, type Inflate, readDebugSections, readSection } from './debug-sections.ts';
import { DwarfError } from './dwarf-error.ts';

/** Numbers of sections in the columns of an index, `DW_SECT_*` (DWARF 5, section 7.3.5). */
const Column = { INFO: 1, ABBREV: 3, STR_OFFSETS: 6 } as const;
const MAX_COLUMNS = 8;
const MAX_UNITS = 65_536;
const WORD = 4;

/**
 * The entries that a program's compilations left in files of their own, which were then packed into one (`.dwp`;
 * DWARF 5, section 7.3.5), as if they still were in those. Throws ElfError and DwarfError.
 */
export function readSplitPackage(source: ByteSource, inflate: Inflate): DebugSections[] {
  const sections = readDebugSections(source, inflate, '.dwo');
  if (sections === undefined) return [];
  const elf = openElf(source);
  return ['.debug_cu_index', '.debug_tu_index'].flatMap((name) => {
    const index = readSection(elf, name, inflate);
    return index.length === 0 ? [] : unitsOf(sections, index);
  });
}

function unitsOf(sections: DebugSections, index: Uint8Array): DebugSections[] {
  const cursor = new Cursor(new Section(index), 0);
  const version = cursor.u16();
  if (version !== 5) throw new DwarfError(`a package of version ${version} is not known`);
  cursor.skip(2);
  const [columns, units, slots] = [cursor.u32(), cursor.u32(), cursor.u32()];
  if (columns > MAX_COLUMNS || units > MAX_UNITS) throw new DwarfError('the index of its package is damaged');
  // Who looks for one unit finds it by these; here all are wanted.
  cursor.skip(slots * (8 + WORD));
  const ids = words(cursor, columns);
  const offsets = Array.from({ length: units }, () => words(cursor, columns));
  const sizes = Array.from({ length: units }, () => words(cursor, columns));
  const [info, abbrev, strOffsets] = [
    new Parts(sections.info),
    new Parts(sections.abbrev),
    new Parts(sections.strOffsets),
  ];
  return offsets.map((row, unit) => {
    const part = (parts: Parts, id: number) => {
      const column = ids.indexOf(id);
      return parts.at(row[column] ?? 0, sizes[unit]?.[column] ?? 0);
    };
    return {
      ...sections,
      info: part(info, Column.INFO),
      abbrev: part(abbrev, Column.ABBREV),
      strOffsets: part(strOffsets, Column.STR_OFFSETS),
    };
  });
}

function words(cursor: Cursor, count: number): number[] {
  return Array.from({ length: count }, () => cursor.u32());
}

/** The parts of a section. Units of types share those of the compilation they come from. */
class Parts {
  readonly #section: Uint8Array;
  readonly #known = new Map<number, Uint8Array>();
  #bytes = 0;

  constructor(section: Uint8Array) {
    this.#section = section;
  }

  at(offset: number, size: number): Uint8Array {
    const known = this.#known.get(offset);
    if (known?.length === size) return known;
    this.#bytes += size;
    // Parts upon each other would be many times what there is.
    if (offset + size > this.#section.length || this.#bytes > this.#section.length) {
      throw new DwarfError('the index of its package is damaged');
    }
    const part = this.#section.subarray(offset, offset + size);
    this.#known.set(offset, part);
    return part;
  }
}
