import { type ByteSource, viewOf } from './byte-source.ts';
import { ElfError } from './elf-error.ts';
import { SectionType, type Segment } from './elf-file.ts';
import { openElf } from './elf-tables.ts';

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

/** Type of the notes, whose owner is `stapsdt`. */
const NT_STAPSDT = 3;
const OWNER = 'stapsdt';
/** Large programs have some thousands. */
const MAX_PROBES = 100_000;
const MAX_TEXT = 1024;

/**
 * The static probes of a 64-bit program or library, in the order of the file; one that the compiler has put in several
 * places comes several times. Format: SystemTap's wiki, "UserSpaceProbeImplementation". Throws ElfError.
 */
export function readStaticProbes(source: ByteSource): StaticProbe[] {
  const { segments, sections, read } = openElf(source);
  const base = sections.find(({ name }) => name === '.stapsdt.base')?.address;
  const probes: StaticProbe[] = [];
  for (const section of sections) {
    if (section.type !== SectionType.NOTE || section.name !== '.note.stapsdt') continue;
    for (const note of readNotes(viewOf(read(section.offset, section.size)))) {
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
