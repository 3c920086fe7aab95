import type { DebugSections } from './debug-sections.ts';

/** Where the sections of one file begin in those that all files are joined to. Bytes. */
export interface FilePlaces {
  readonly info: number;
  /** Where its entries end. */
  readonly end: number;
  readonly abbrev: number;
  readonly str: number;
  readonly strOffsets: number;
}

/**
 * A program's sections and those of the files that its compilations left entries in (`.dwo`; DWARF 5, section 7.3.2),
 * one after the other, so that an entry of any of them has one offset. Such files have no names of lines and no
 * addresses of their own.
 */
export function joinFiles(files: readonly DebugSections[]): {
  readonly sections: DebugSections;
  readonly places: readonly FilePlaces[];
} {
  const at = { info: 0, abbrev: 0, str: 0, strOffsets: 0 };
  const places = files.map(({ info, abbrev, str, strOffsets }): FilePlaces => {
    const place = { ...at, end: at.info + info.length };
    at.info += info.length;
    at.abbrev += abbrev.length;
    at.str += str.length;
    at.strOffsets += strOffsets.length;
    return place;
  });
  const [first] = files;
  if (first === undefined) throw new Error('there is no file to join');
  const sections = {
    ...first,
    info: joined(files.map(({ info }) => info)),
    abbrev: joined(files.map(({ abbrev }) => abbrev)),
    str: joined(files.map(({ str }) => str)),
    strOffsets: joined(files.map(({ strOffsets }) => strOffsets)),
  };
  return { sections, places };
}

/** One alone is not copied. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
