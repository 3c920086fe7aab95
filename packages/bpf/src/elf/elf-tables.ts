import { type ByteSource, readBytes } from './byte-source.ts';
import { ElfError } from './elf-error.ts';
import { ElfFile as Headers, type SectionHeader, type Segment } from './elf-file.ts';

export interface ElfSection extends SectionHeader {
  readonly name: string;
}

/** What an ELF file of a program says of itself; contents are read when they are asked for. */
export interface ElfFile {
  /** What is loaded of it. */
  readonly segments: readonly Segment[];
  readonly sections: readonly ElfSection[];
  /** Bytes of the file. Throws ElfError where they are not there, or more than any table has. */
  readonly read: (offset: number, length: number) => Uint8Array;
}

/** x86-64 and arm64. */
const MACHINES: readonly number[] = [62, 183];
const MAX_SECTION_NAME = 256;

/** The tables of contents of a 64-bit little-endian file for x86-64 or arm64. Throws ElfError. */
export function openElf(source: ByteSource): ElfFile {
  const file = new Headers(source);
  if (!MACHINES.includes(file.machine)) throw new ElfError('it is not for x86-64 or arm64');
  const headers = file.sections();
  const named = headers[file.sectionNames];
  const names = named === undefined ? new Uint8Array() : file.content(named);
  return {
    segments: file.segments(),
    sections: headers.map((header) => ({ ...header, name: textAt(names, header.nameAt, MAX_SECTION_NAME) })),
    read: (offset, length) => readBytes(source, offset, length),
  };
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
