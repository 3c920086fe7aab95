import { type ByteSource, viewOf } from '../elf/byte-source.ts';
import { SectionType } from '../elf/elf-file.ts';
import { type ElfFile, openElf } from '../elf/elf-tables.ts';
import { DwarfError } from './dwarf-error.ts';

/** The parts of a file's debugging information that are read; empty where the file has none. */
export interface DebugSections {
  /** `.debug_info`: the entries. */
  readonly info: Uint8Array;
  /** `.debug_abbrev`: how they are written. */
  readonly abbrev: Uint8Array;
  /** `.debug_str` and `.debug_line_str`: names. */
  readonly str: Uint8Array;
  readonly lineStr: Uint8Array;
  /** `.debug_str_offsets` and `.debug_addr`: names and addresses by number. */
  readonly strOffsets: Uint8Array;
  readonly addr: Uint8Array;
}

/** Unpacks a section: exactly `size` bytes, or null where they are not that or the method is not known. */
export type Inflate = (method: 'zlib' | 'zstd', packed: Uint8Array, size: number) => Uint8Array | null;

const SHF_COMPRESSED = 0x800n;
/** `Elf64_Chdr`: method, a reserved word, size and alignment (System V ABI, chapter 4, "Section Compression"). */
const COMPRESSION_HEADER = 24;
const METHODS: Readonly<Record<number, 'zlib' | 'zstd'>> = { 1: 'zlib', 2: 'zstd' };
/** Bytes of an unpacked section; the kernel's own debugging information has some 250 MiB. */
const MAX_UNPACKED = 512 * 1024 * 1024;

/**
 * undefined where the file has no debugging information. `ending`: of the names of sections, as in `.dwo` files. Throws
 * ElfError and DwarfError.
 */
export function readDebugSections(
  source: ByteSource,
  inflate: Inflate,
  ending: '' | '.dwo' = '',
): DebugSections | undefined {
  const elf = openElf(source);
  const read = (name: string) => readSection(elf, name + ending, inflate);
  const [info, abbrev] = [read('.debug_info'), read('.debug_abbrev')];
  if (info.length === 0 || abbrev.length === 0) return undefined;
  return {
    info,
    abbrev,
    str: read('.debug_str'),
    lineStr: read('.debug_line_str'),
    strOffsets: read('.debug_str_offsets'),
    addr: read('.debug_addr'),
  };
}

/** Unpacked; empty where there is none of that name. Throws ElfError and DwarfError. */
export function readSection({ sections, read }: ElfFile, wanted: string, inflate: Inflate): Uint8Array {
  const section = sections.find(({ name }) => name === wanted);
  if (section === undefined || section.type === SectionType.NOBITS) return new Uint8Array();
  const content = read(section.offset, section.size);
  if ((section.flags & SHF_COMPRESSED) === 0n) return content;
  if (content.length < COMPRESSION_HEADER) throw new DwarfError(`its section ${wanted} is cut off`);
  const method = METHODS[viewOf(content).getUint32(0, true)];
  const size = Number(viewOf(content).getBigUint64(8, true));
  if (size > MAX_UNPACKED) throw new DwarfError(`its section ${wanted} is too large`);
  const unpacked = method === undefined ? null : inflate(method, content.subarray(COMPRESSION_HEADER), size);
  if (unpacked?.length !== size) throw new DwarfError(`its section ${wanted} cannot be unpacked`);
  return unpacked;
}
