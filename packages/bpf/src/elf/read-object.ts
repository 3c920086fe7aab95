import { sourceOf } from './byte-source.ts';
import { checkTables } from './check-tables.ts';
import { ElfError } from './elf-error.ts';
import { ElfFile, SectionType } from './elf-file.ts';
import { type ObjectSection, stringAt } from './object-section.ts';

/** Largest object that is taken, bytes: a message to a node carries it, and those are bounded. */
export const MAX_OBJECT_BYTES = 2 * 1024 * 1024;

const EM_BPF = 247;
const ET_REL = 1;
const MAX_SECTIONS = 4096;

/**
 * The sections of an ELF object as clang makes it for BPF and libbpf takes it. Every offset is checked against the file.
 * Throws ElfError.
 */
export function readObject(bytes: Uint8Array): ObjectSection[] {
  if (bytes.length > MAX_OBJECT_BYTES)
    throw new ElfError(`it has ${bytes.length} bytes; at most ${MAX_OBJECT_BYTES} are taken: strip its debug sections`);
  const file = new ElfFile(sourceOf(bytes));
  if (file.machine !== EM_BPF)
    throw new ElfError(`it is for machine ${file.machine}, not for BPF (${EM_BPF}): build it with clang -target bpf`);
  if (file.type !== ET_REL) throw new ElfError('it is linked: give the object that clang -c makes');
  const headers = file.sections();
  if (headers.length === 0 || headers.length > MAX_SECTIONS) throw new ElfError('it has no sections, or too many');
  const names = headers[file.sectionNames];
  if (names?.type !== SectionType.STRTAB) throw new ElfError('its sections have no names');
  const strings = file.content(names);
  const sections = headers.map((header) => {
    if (header.size > 0xffff_ffff) throw new ElfError('a section is too large');
    return { ...header, name: stringAt(strings, header.nameAt), bytes: file.content(header) };
  });
  checkTables(sections);
  return sections;
}
