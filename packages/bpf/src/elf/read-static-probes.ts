import { ElfError } from './elf-error.ts';
import { type ByteSource, bytes, offsetAt, readHeader, readSegments, type Segment, view } from './elf-file.ts';

/** A probe that a program was built with (SystemTap's sys/sdt.h). */
export interface StaticProbe {
  readonly provider: string;
  readonly name: string;
  /** Where its instruction is in the file. Bytes. */
  readonly offset: number;
  /** Where in the file the count of its listeners is; 0: it has none. Bytes. */
  readonly semaphore: number;
  /** Where its arguments are, as the assembler wrote it: `8@%rdi -4@8(%rbp)`. */
  readonly arguments: string;
}

/** `struct Elf64_Shdr`: name 0, type 4, address 16, offset 24, size 32. */
const SECTION_BYTES = 64;
const SHT_NOTE = 7;
const SHN_XINDEX = 0xffff;
/** Type of the notes, whose owner is `stapsdt`. */
const NT_STAPSDT = 3;
const OWNER = 'stapsdt';
/** Large programs have some thousands. */
const MAX_PROBES = 100_000;
const MAX_TEXT = 1024;

interface NamedSection {
  readonly name: string;
  readonly type: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
}

/**
 * The static probes of a 64-bit program or library, in the order of the file; one that the compiler has put in several
 * places comes several times. Format: SystemTap's wiki, "UserSpaceProbeImplementation". Throws ElfError.
 */
export function readStaticProbes(source: ByteSource): StaticProbe[] {
  const header = readHeader(source);
  const segments = readSegments(source, header);
  const sections = readNamedSections(source, header);
  const base = sections.find(({ name }) => name === '.stapsdt.base')?.address;
  const probes: StaticProbe[] = [];
  for (const section of sections) {
    if (section.type !== SHT_NOTE || section.name !== '.note.stapsdt') continue;
    for (const note of readNotes(view(source, section.offset, section.size))) {
      // Prelinking moves a program without its notes: the section tells by how much.
      const moved = base === undefined || note.base === 0n ? 0n : BigInt(base) - note.base;
      const offset = fileOffset(segments, note.address + moved);
      if (offset === undefined) continue;
      const semaphore = note.semaphore === 0n ? 0 : fileOffset(segments, note.semaphore + moved);
      if (semaphore === undefined) continue;
      const { provider, name } = note;
      probes.push({ provider, name, offset, semaphore, arguments: note.arguments });
      if (probes.length > MAX_PROBES) throw new ElfError('it has too many static probes');
    }
  }
  return probes;
}

function readNamedSections(source: ByteSource, header: DataView): NamedSection[] {
  const count = header.getUint16(60, true);
  const namesIndex = header.getUint16(62, true);
  if (count === 0 || namesIndex === SHN_XINDEX) return [];
  if (header.getUint16(58, true) !== SECTION_BYTES) throw new ElfError('its sections are damaged');
  const table = view(source, offsetAt(header, 40), count * SECTION_BYTES);
  if (namesIndex >= count) throw new ElfError('its sections have no names');
  const namesAt = namesIndex * SECTION_BYTES;
  const names = bytes(source, offsetAt(table, namesAt + 24), offsetAt(table, namesAt + 32));
  return Array.from({ length: count }, (_, index) => {
    const at = index * SECTION_BYTES;
    const used = table.getUint32(at + 4, true) !== 0;
    return {
      name: textAt(names, table.getUint32(at, true)).text,
      type: table.getUint32(at + 4, true),
      address: used ? offsetAt(table, at + 16) : 0,
      offset: used ? offsetAt(table, at + 24) : 0,
      size: used ? offsetAt(table, at + 32) : 0,
    };
  });
}

interface Note {
  readonly address: bigint;
  readonly base: bigint;
  readonly semaphore: bigint;
  readonly provider: string;
  readonly name: string;
  readonly arguments: string;
}

/** Each note: lengths of owner and description, the type, the owner, the description; both padded to 4 bytes. */
function* readNotes(notes: DataView): Generator<Note> {
  const all = new Uint8Array(notes.buffer, notes.byteOffset, notes.byteLength);
  let at = 0;
  while (at + 12 <= notes.byteLength) {
    const ownerLength = notes.getUint32(at, true);
    const length = notes.getUint32(at + 4, true);
    const type = notes.getUint32(at + 8, true);
    const description = at + 12 + pad(ownerLength);
    if (description + length > notes.byteLength) throw new ElfError('its notes are cut off');
    if (type === NT_STAPSDT && length >= 24 && textAt(all, at + 12).text === OWNER) {
      const texts = all.subarray(description + 24, description + length);
      const provider = textAt(texts, 0);
      const name = textAt(texts, provider.next);
      yield {
        address: notes.getBigUint64(description, true),
        base: notes.getBigUint64(description + 8, true),
        semaphore: notes.getBigUint64(description + 16, true),
        provider: provider.text,
        name: name.text,
        arguments: textAt(texts, name.next).text,
      };
    }
    at = description + pad(length);
  }
}

function pad(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function fileOffset(segments: readonly Segment[], address: bigint): number | undefined {
  if (address < 0n || address > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  const place = Number(address);
  const segment = segments.find((one) => place >= one.address && place - one.address < one.size);
  return segment === undefined ? undefined : place - segment.address + segment.offset;
}

function textAt(from: Uint8Array, start: number): { readonly text: string; readonly next: number } {
  let end = start;
  while (end < from.length && end - start < MAX_TEXT && from[end] !== 0) end++;
  return { text: String.fromCharCode(...from.subarray(start, end)), next: end + 1 };
}
