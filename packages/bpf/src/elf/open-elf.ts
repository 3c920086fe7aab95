import { ElfError } from './elf-error.ts';
import type { ByteSource } from './elf-file.ts';

/** A piece of the file that is mapped into memory. Bytes. */
export interface ElfSegment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

/** What an ELF file says of itself; tables are read when they are asked for. */
export interface ElfFile {
  readonly segments: readonly ElfSegment[];
  readonly sections: readonly ElfSection[];
  /** Bytes of the file. Throws ElfError where they are not there, or more than any table has. */
  readonly read: (offset: number, length: number) => Uint8Array;
}

/** Numbers of the ELF format (elf.h; System V ABI, chapters 4 and 5). */
export const PT_LOAD = 1;
export const SHT_SYMTAB = 2;
export const SHT_NOTE = 7;
export const SHT_NOBITS = 8;
export const SHT_DYNSYM = 11;
const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;
const SECTION_BYTES = 64;
const MACHINES = [62, 183];

/** No file of a program has more in one table; a damaged one may say so. */
const MAX_TABLE = 512 * 1024 * 1024;
const MAX_SECTION_NAME = 256;

/** The tables of contents of a 64-bit little-endian file for x86-64 or arm64. Throws ElfError. */
export function openElf(source: ByteSource): ElfFile {
  const read = (offset: number, length: number): Uint8Array => {
    if (length > MAX_TABLE) throw new ElfError('a table in it is too large');
    const part = length === 0 ? new Uint8Array() : source.read(offset, length);
    if (part.length < length) throw new ElfError('the file is cut off');
    return part;
  };
  const header = viewOf(read(0, HEADER_BYTES));
  if (header.getUint32(0, false) !== 0x7f454c46) throw new ElfError('this is no ELF file');
  if (header.getUint8(4) !== 2 || header.getUint8(5) !== 1 || !MACHINES.includes(header.getUint16(18, true))) {
    throw new ElfError('this ELF file is not for x86-64 or arm64');
  }
  return { segments: readSegments(read, header), sections: readSections(read, header), read };
}

function readSegments(read: ElfFile['read'], header: DataView): ElfSegment[] {
  const count = header.getUint16(56, true);
  if (count > 0 && header.getUint16(54, true) !== SEGMENT_BYTES) throw new ElfError('its segments are damaged');
  const table = viewOf(read(wordAt(header, 32), count * SEGMENT_BYTES));
  return Array.from({ length: count }, (_, index) => {
    const at = index * SEGMENT_BYTES;
    return {
      type: table.getUint32(at, true),
      offset: wordAt(table, at + 8),
      address: wordAt(table, at + 16),
      size: wordAt(table, at + 32),
    };
  });
}

function readSections(read: ElfFile['read'], header: DataView): ElfSection[] {
  const count = header.getUint16(60, true);
  if (count > 0 && header.getUint16(58, true) !== SECTION_BYTES) throw new ElfError('its sections are damaged');
  const table = viewOf(read(wordAt(header, 40), count * SECTION_BYTES));
  const sections = Array.from({ length: count }, (_, index) => {
    const at = index * SECTION_BYTES;
    return {
      nameAt: table.getUint32(at, true),
      type: table.getUint32(at + 4, true),
      offset: wordAt(table, at + 24),
      size: wordAt(table, at + 32),
      link: table.getUint32(at + 40, true),
    };
  });
  const named = sections[header.getUint16(62, true)];
  const names = named === undefined || named.type === SHT_NOBITS ? new Uint8Array() : read(named.offset, named.size);
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

function wordAt(table: DataView, at: number): number {
  const value = table.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ElfError('it points outside itself');
  return Number(value);
}
