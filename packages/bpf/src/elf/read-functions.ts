import { type ByteSource, viewOf } from './byte-source.ts';
import { ElfError } from './elf-error.ts';
import { ElfFile, SectionType, type Segment, SYMBOL_BYTES } from './elf-file.ts';

/** A function of a program or library. Bytes. */
export interface ElfFunction {
  readonly name: string;
  /** Where its code is in the file, not in memory. */
  readonly offset: number;
  readonly size: number;
  /** Where the program itself says the code is, which is how debuggers name it. */
  readonly address: number;
}

const STT_FUNC = 2;
/** x86-64 and arm64. */
const MACHINES: readonly number[] = [62, 183];
const SYMBOL_TABLES: readonly number[] = [SectionType.SYMTAB, SectionType.DYNSYM];

const MAX_NAME = 4096;
/** Names may share their ends; a file whose names add up to more than this times its table is made to cost time. */
const MAX_SHARED = 16;

/**
 * The functions of an ELF program or library, by name and place: those of both symbol tables, in order of name. Functions
 * that are chosen when the program starts (STT_GNU_IFUNC) have no place and are left out. Throws ElfError.
 */
export function readFunctions(source: ByteSource): ElfFunction[] {
  const file = new ElfFile(source);
  if (!MACHINES.includes(file.machine)) throw new ElfError('it is not for x86-64 or arm64');
  const segments = file.segments().filter(({ executable }) => executable);
  const sections = file.sections();
  const functions = new Map<string, ElfFunction>();
  for (const section of sections) {
    if (!SYMBOL_TABLES.includes(section.type)) continue;
    const names = sections[section.link];
    if (names === undefined) throw new ElfError('a table of symbols has no names');
    readSymbols(viewOf(file.content(section)), file.content(names), segments, functions);
  }
  return [...functions.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function readSymbols(
  symbols: DataView,
  names: Uint8Array,
  segments: readonly Segment[],
  into: Map<string, ElfFunction>,
): void {
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
