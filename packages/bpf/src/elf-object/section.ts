import { ObjectError } from './object-error.ts';

/** A section of an object: `Elf64_Shdr` (elf.h), its name and contents. */
export interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: bigint;
  readonly link: number;
  readonly info: number;
  readonly entrySize: number;
  /** Also of a section without contents in the file. */
  readonly size: number;
  /** Empty where the section has no contents in the file (SHT_NOBITS). */
  readonly bytes: Uint8Array;
}

/** Section types (elf.h). */
export const SectionType = { SYMTAB: 2, STRTAB: 3, RELA: 4, NOBITS: 8, REL: 9 } as const;

export const SECTION_HEADER_SIZE = 64;

/** Reads one section header, its name left out. Throws ObjectError where the contents are not in the file. */
export function readSection(file: Uint8Array, at: number): Section & { readonly nameAt: number } {
  const view = viewOf(file);
  const type = view.getUint32(at + 4, true);
  const offset = Number(view.getBigUint64(at + 24, true));
  const size = Number(view.getBigUint64(at + 32, true));
  const empty = type === SectionType.NOBITS || type === 0;
  if (!empty && offset + size > file.length) throw new ObjectError('it is cut off: a section lies beyond its end');
  if (size > 0xffff_ffff) throw new ObjectError('a section is too large');
  return {
    name: '',
    nameAt: view.getUint32(at, true),
    type,
    flags: view.getBigUint64(at + 8, true),
    link: view.getUint32(at + 40, true),
    info: view.getUint32(at + 44, true),
    entrySize: Number(view.getBigUint64(at + 56, true)),
    size,
    bytes: empty ? file.subarray(0, 0) : file.subarray(offset, offset + size),
  };
}

/** The string that starts at `at` of a string table. Throws ObjectError where it does not end within. */
export function stringAt(table: Uint8Array, at: number): string {
  const end = at < table.length ? table.indexOf(0, at) : -1;
  if (end < 0) throw new ObjectError('a name lies outside of its string table');
  return new TextDecoder().decode(table.subarray(at, end));
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
