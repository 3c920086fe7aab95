import { ElfError } from './elf-error.ts';

/** A file that is read in parts, because programs can be large. */
export interface ByteSource {
  /** Fewer bytes than asked for where the file ends. */
  read(offset: number, length: number): Uint8Array;
}

/** A function of a program or library. Bytes. */
export interface ElfFunction {
  readonly name: string;
  /** Where its code is in the file, not in memory. */
  readonly offset: number;
  readonly size: number;
  /** Where the program itself says the code is, which is how debuggers name it. */
  readonly address: number;
}

/** Numbers of the ELF format (elf.h; System V ABI, chapters 4 and 5). */
const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const SECTION_BYTES = 64;
const SYMBOL_BYTES = 24;
const PT_LOAD = 1;
const PF_X = 1;
const SHT_SYMTAB = 2;
const SHT_DYNSYM = 11;
const STT_FUNC = 2;
const MACHINES: Readonly<Record<number, string>> = { 62: 'x86-64', 183: 'arm64' };

/** No file to be probed has more; a damaged one may say so. */
const MAX_TABLE = 512 * 1024 * 1024;
const MAX_NAME = 4096;
/** Names may share their ends; a file whose names add up to more than this times its table is made to cost time. */
const MAX_SHARED = 16;

interface Segment {
  readonly address: number;
  readonly offset: number;
  readonly size: number;
}

interface Section {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

/**
 * The functions of a 64-bit little-endian ELF program or library, by name and place: those of both symbol tables, in
 * order of name. Functions that are chosen when the program starts (STT_GNU_IFUNC) have no place and are left out.
 * Throws ElfError.
 */
export function readFunctions(source: ByteSource): ElfFunction[] {
  const header = view(source, 0, HEADER_BYTES);
  if (header.getUint32(0, false) !== 0x7f454c46) throw new ElfError('this is no ELF file');
  if (header.getUint8(4) !== 2 || header.getUint8(5) !== 1 || MACHINES[header.getUint16(18, true)] === undefined) {
    throw new ElfError('this ELF file is not for x86-64 or arm64');
  }
  const segments = readSegments(source, header);
  const sections = readSections(source, header);
  const functions = new Map<string, ElfFunction>();
  for (const section of sections) {
    if (section.type !== SHT_SYMTAB && section.type !== SHT_DYNSYM) continue;
    const names = sections[section.link];
    if (names === undefined) throw new ElfError('a table of symbols has no names');
    readSymbols(source, section, names, segments, functions);
  }
  return [...functions.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function readSegments(source: ByteSource, header: DataView): Segment[] {
  const count = header.getUint16(56, true);
  if (count > 0 && header.getUint16(54, true) !== PROGRAM_HEADER_BYTES) throw new ElfError('its segments are damaged');
  const table = view(source, offsetAt(header, 32), count * PROGRAM_HEADER_BYTES);
  const segments: Segment[] = [];
  for (let at = 0; at < table.byteLength; at += PROGRAM_HEADER_BYTES) {
    if (table.getUint32(at, true) !== PT_LOAD || (table.getUint32(at + 4, true) & PF_X) === 0) continue;
    segments.push({
      offset: offsetAt(table, at + 8),
      address: offsetAt(table, at + 16),
      size: offsetAt(table, at + 32),
    });
  }
  return segments;
}

function readSections(source: ByteSource, header: DataView): Section[] {
  const count = header.getUint16(60, true);
  if (count > 0 && header.getUint16(58, true) !== SECTION_BYTES) throw new ElfError('its sections are damaged');
  const table = view(source, offsetAt(header, 40), count * SECTION_BYTES);
  return Array.from({ length: count }, (_, index) => {
    const at = index * SECTION_BYTES;
    const type = table.getUint32(at + 4, true);
    const used = type === SHT_SYMTAB || type === SHT_DYNSYM || type === 3;
    return {
      type,
      offset: used ? offsetAt(table, at + 24) : 0,
      size: used ? offsetAt(table, at + 32) : 0,
      link: table.getUint32(at + 40, true),
    };
  });
}

/** `struct Elf64_Sym`: name 0, info 4, section 6, value 8, size 16. */
function readSymbols(
  source: ByteSource,
  section: Section,
  strings: Section,
  segments: readonly Segment[],
  into: Map<string, ElfFunction>,
): void {
  const symbols = view(source, section.offset, section.size);
  const names = bytes(source, strings.offset, strings.size);
  let characters = 0;
  for (let at = 0; at + SYMBOL_BYTES <= symbols.byteLength; at += SYMBOL_BYTES) {
    if ((symbols.getUint8(at + 4) & 0xf) !== STT_FUNC || symbols.getUint16(at + 6, true) === 0) continue;
    const address = Number(symbols.getBigUint64(at + 8, true));
    const segment = segments.find((one) => address >= one.address && address - one.address < one.size);
    const name = nameAt(names, symbols.getUint32(at, true));
    characters += name.length;
    if (characters > names.length * MAX_SHARED) throw new ElfError('its names are damaged');
    if (segment === undefined || name === '' || into.has(name)) continue;
    const offset = address - segment.address + segment.offset;
    into.set(name, { name, offset, size: Number(symbols.getBigUint64(at + 16, true)), address });
  }
}

/** Without its version, `name@@VERSION`. */
function nameAt(names: Uint8Array, start: number): string {
  let text = '';
  for (let at = start; at < names.length && at < start + MAX_NAME; at++) {
    const byte = names[at] ?? 0;
    if (byte === 0 || byte === 0x40) break;
    text += String.fromCharCode(byte);
  }
  return text;
}

function offsetAt(table: DataView, at: number): number {
  const value = table.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ElfError('it points outside itself');
  return Number(value);
}

function view(source: ByteSource, offset: number, length: number): DataView {
  const part = bytes(source, offset, length);
  return new DataView(part.buffer, part.byteOffset, part.byteLength);
}

function bytes(source: ByteSource, offset: number, length: number): Uint8Array {
  if (length > MAX_TABLE) throw new ElfError('a table in it is too large');
  const part = length === 0 ? new Uint8Array() : source.read(offset, length);
  if (part.length < length) throw new ElfError('the file is cut off');
  return part;
}
