import { ElfError } from './elf-error.ts';
import { type ByteSource, bytes, offsetAt, readHeader, readSegments, type Segment, view } from './elf-file.ts';

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
const SECTION_BYTES = 64;
const SYMBOL_BYTES = 24;
const SHT_SYMTAB = 2;
const SHT_DYNSYM = 11;
const STT_FUNC = 2;

const MAX_NAME = 4096;
/** Names may share their ends; a file whose names add up to more than this times its table is made to cost time. */
const MAX_SHARED = 16;

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
  const header = readHeader(source);
  const segments = readSegments(source, header).filter(({ executable }) => executable);
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
