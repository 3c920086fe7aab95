import { type ByteSource, readBytes, viewOf } from './byte-source.ts';
import { ElfError } from './elf-error.ts';

/** A section header, `Elf64_Shdr`, without its name. Bytes. */
export interface SectionHeader {
  /** Where its name begins in the section of names. */
  readonly nameAt: number;
  readonly type: number;
  readonly flags: bigint;
  readonly address: number;
  readonly offset: number;
  /** Also of a section without contents in the file. */
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly entrySize: number;
}

/** A part of the file that is loaded, of `Elf64_Phdr`. Bytes; the size is that in the file. */
export interface Segment {
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly executable: boolean;
}

/** Section types (elf.h). */
export const SectionType = { NULL: 0, SYMTAB: 2, STRTAB: 3, RELA: 4, NOTE: 7, NOBITS: 8, REL: 9, DYNSYM: 11 } as const;

/** Bytes of a row of a table of symbols, `Elf64_Sym`: name 0, info 4, section 6, value 8, size 16. */
export const SYMBOL_BYTES = 24;

const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const SECTION_HEADER_BYTES = 64;
const PT_LOAD = 1;
const PF_X = 1;

/**
 * A 64-bit little-endian ELF file (elf.h; System V ABI, chapters 4 and 5): its headers, read as they are asked for.
 * Every method throws ElfError where they make no sense.
 */
export class ElfFile {
  readonly type: number;
  readonly machine: number;
  /** Number of the section that holds the names of sections. */
  readonly sectionNames: number;
  readonly #source: ByteSource;
  readonly #header: DataView;

  constructor(source: ByteSource) {
    const start = source.read(0, 4);
    if (start.length === 4 && viewOf(start).getUint32(0, false) !== 0x7f454c46) throw new ElfError('it is no ELF file');
    this.#source = source;
    this.#header = viewOf(readBytes(source, 0, HEADER_BYTES));
    if (this.#header.getUint8(4) !== 2) throw new ElfError('it is no 64-bit ELF file');
    if (this.#header.getUint8(5) !== 1) throw new ElfError('it is for big-endian machines');
    this.type = this.#header.getUint16(16, true);
    this.machine = this.#header.getUint16(18, true);
    this.sectionNames = this.#header.getUint16(62, true);
  }

  sections(): SectionHeader[] {
    const count = this.#header.getUint16(60, true);
    if (count > 0 && this.#header.getUint16(58, true) !== SECTION_HEADER_BYTES)
      throw new ElfError('its sections are damaged');
    const table = this.#table(40, count * SECTION_HEADER_BYTES);
    return Array.from({ length: count }, (_, index) => sectionAt(table, index * SECTION_HEADER_BYTES));
  }

  /** What is in a section; nothing where it has no contents in the file. */
  content({ type, offset, size }: SectionHeader): Uint8Array {
    const isEmpty = type === SectionType.NOBITS || type === SectionType.NULL;
    return isEmpty ? new Uint8Array() : readBytes(this.#source, offset, size);
  }

  segments(): Segment[] {
    const count = this.#header.getUint16(56, true);
    if (count > 0 && this.#header.getUint16(54, true) !== PROGRAM_HEADER_BYTES)
      throw new ElfError('its segments are damaged');
    const table = this.#table(32, count * PROGRAM_HEADER_BYTES);
    return Array.from({ length: count }, (_, index) => index * PROGRAM_HEADER_BYTES)
      .filter((at) => table.getUint32(at, true) === PT_LOAD)
      .map((at) => ({
        offset: exact(table, at + 8),
        address: exact(table, at + 16),
        size: exact(table, at + 32),
        executable: (table.getUint32(at + 4, true) & PF_X) !== 0,
      }));
  }

  #table(at: number, length: number): DataView {
    return viewOf(readBytes(this.#source, exact(this.#header, at), length));
  }
}

/** Contents are looked for only when they are asked for: headers that nobody uses may say anything. */
function sectionAt(table: DataView, at: number): SectionHeader {
  return {
    nameAt: table.getUint32(at, true),
    type: table.getUint32(at + 4, true),
    flags: table.getBigUint64(at + 8, true),
    address: Number(table.getBigUint64(at + 16, true)),
    offset: Number(table.getBigUint64(at + 24, true)),
    size: Number(table.getBigUint64(at + 32, true)),
    link: table.getUint32(at + 40, true),
    info: table.getUint32(at + 44, true),
    entrySize: Number(table.getBigUint64(at + 56, true)),
  };
}

function exact(table: DataView, at: number): number {
  const value = table.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ElfError('it points outside itself');
  return Number(value);
}
