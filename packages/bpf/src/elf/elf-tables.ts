import { ElfError } from './elf-error.ts';
import { type ByteSource, bytes, offsetAt, readHeader, readSegments, type Segment, view } from './elf-file.ts';

export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

/** What an ELF file says of itself; tables are read when they are asked for. */
export interface ElfFile {
  /** What is loaded of it. */
  readonly segments: readonly Segment[];
  readonly sections: readonly ElfSection[];
  /** Bytes of the file. Throws ElfError where they are not there, or more than any table has. */
  readonly read: (offset: number, length: number) => Uint8Array;
}

/** Numbers of the ELF format (elf.h; System V ABI, chapter 4). */
export const SHT_SYMTAB = 2;
export const SHT_NOTE = 7;
export const SHT_NOBITS = 8;
export const SHT_DYNSYM = 11;
const SECTION_BYTES = 64;
const MAX_SECTION_NAME = 256;

/** The tables of contents of a 64-bit little-endian file for x86-64 or arm64. Throws ElfError. */
export function openElf(source: ByteSource): ElfFile {
  const header = readHeader(source);
  return {
    segments: readSegments(source, header),
    sections: readSections(source, header),
    read: (offset, length) => bytes(source, offset, length),
  };
}

function readSections(source: ByteSource, header: DataView): ElfSection[] {
  const count = header.getUint16(60, true);
  if (count > 0 && header.getUint16(58, true) !== SECTION_BYTES) throw new ElfError('its sections are damaged');
  const table = view(source, offsetAt(header, 40), count * SECTION_BYTES);
  const sections = Array.from({ length: count }, (_, index) => {
    const at = index * SECTION_BYTES;
    return {
      nameAt: table.getUint32(at, true),
      type: table.getUint32(at + 4, true),
      offset: offsetAt(table, at + 24),
      size: offsetAt(table, at + 32),
      link: table.getUint32(at + 40, true),
    };
  });
  const named = sections[header.getUint16(62, true)];
  const names =
    named === undefined || named.type === SHT_NOBITS ? new Uint8Array() : bytes(source, named.offset, named.size);
  return sections.map(({ nameAt, ...section }) => ({ ...section, name: textAt(names, nameAt, MAX_SECTION_NAME) }));
}

/** Up to the first zero byte, `limit` bytes at most. Every byte is one character. */
export function textAt(bytes: Uint8Array, start: number, limit: number): string {
  let text = '';
  for (let at = start; at < bytes.length && at < start + limit; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0) break;
    text += String.fromCharCode(byte);
  }
  return text;
}

export function viewOf(part: Uint8Array): DataView {
  return new DataView(part.buffer, part.byteOffset, part.byteLength);
}
