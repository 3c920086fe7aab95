import { UnitType } from './constants.ts';
import { Cursor, type Section } from './cursor.ts';
import { DwarfError } from './dwarf-error.ts';
import type { FilePlaces } from './join-files.ts';

/** The header of a unit: what one compilation wrote (DWARF 5, section 7.5.1). Offsets in `.debug_info`, bytes. */
export interface Unit {
  readonly start: number;
  readonly end: number;
  /** Where its first entry is. */
  readonly entries: number;
  readonly version: number;
  /** 4 or 8: the 32-bit or the 64-bit format. */
  readonly offsetSize: 4 | 8;
  /** In `.debug_abbrev`. */
  readonly abbreviations: number;
  /** Of a unit that holds one type: the number it is referred to by, and where the type is. */
  readonly signature?: bigint;
  readonly typeAt?: number;
  /** Of a compilation whose entries are in another file: the number that both of its units have. */
  readonly split?: { readonly id: bigint; readonly skeleton: boolean };
  /** Where the sections of its file begin. */
  readonly file: FilePlaces;
}

/** Of the length: the 64-bit format follows; a little below are values that have no meaning yet. */
const ESCAPE_64 = 0xffff_ffff;
const RESERVED = 0xffff_fff0;

/** The units of a file, in order. Those of versions other than 4 and 5 are left out. Throws DwarfError. */
export function readUnits(info: Section, file: FilePlaces): Unit[] {
  const units: Unit[] = [];
  for (let start = file.info; start < file.end; ) {
    const cursor = new Cursor(info, start, file.end);
    const first = cursor.u32();
    const offsetSize = first === ESCAPE_64 ? 8 : 4;
    if (first >= RESERVED && offsetSize === 4) throw new DwarfError('the length of a unit in it is damaged');
    const length = offsetSize === 8 ? cursor.offset(8) : first;
    const end = cursor.at + length;
    if (end > file.end) throw new DwarfError('a unit in it is cut off');
    const version = cursor.u16();
    if (version === 4 || version === 5) units.push(readHeader(cursor, { start, end, version, offsetSize, file }));
    start = end;
  }
  return units;
}

function readHeader(cursor: Cursor, head: Pick<Unit, 'start' | 'end' | 'version' | 'offsetSize' | 'file'>): Unit {
  const { start, end, version, offsetSize, file } = head;
  const type = version === 5 ? cursor.u8() : UnitType.COMPILE;
  const addressFirst = version === 5 ? cursor.u8() : undefined;
  const abbreviations = file.abbrev + cursor.offset(offsetSize);
  if ((addressFirst ?? cursor.u8()) !== 8) throw new DwarfError('it is not for 64-bit machines');
  let more: Pick<Unit, 'signature' | 'typeAt' | 'split'> = {};
  if (type === UnitType.TYPE || type === UnitType.SPLIT_TYPE) {
    const signature = cursor.u64();
    more = { signature, typeAt: start + cursor.offset(offsetSize) };
  } else if (type === UnitType.SKELETON || type === UnitType.SPLIT_COMPILE) {
    more = { split: { id: cursor.u64(), skeleton: type === UnitType.SKELETON } };
  }
  if (cursor.at > end) throw new DwarfError('a unit in it is cut off');
  return { ...head, abbreviations, entries: cursor.at, ...more };
}
