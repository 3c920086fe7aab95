import { checkTables } from './check-tables.ts';
import { ObjectError } from './object-error.ts';
import { readSection, SECTION_HEADER_SIZE, type Section, SectionType, stringAt, viewOf } from './section.ts';

/** Largest object that is taken, bytes: a message to a node carries it, and those are bounded. */
export const MAX_OBJECT_BYTES = 2 * 1024 * 1024;

const HEADER_SIZE = 64;
const EM_BPF = 247;
const ET_REL = 1;
const MAX_SECTIONS = 4096;

/**
 * The sections of an ELF object as clang makes it for BPF and libbpf takes it: `Elf64_Ehdr` (elf.h), little-endian.
 * Every offset is checked against the file. Throws ObjectError.
 */
export function readObject(file: Uint8Array): Section[] {
  const headers = checkHeader(file);
  const raw = Array.from({ length: headers.count }, (_, index) =>
    readSection(file, headers.offset + index * SECTION_HEADER_SIZE),
  );
  const names = raw[headers.names];
  if (names?.type !== SectionType.STRTAB) throw new ObjectError('its sections have no names');
  const sections = raw.map(({ nameAt, ...section }) => ({ ...section, name: stringAt(names.bytes, nameAt) }));
  checkTables(sections);
  return sections;
}

/** Where the section headers are: all of them within the file. */
function checkHeader(file: Uint8Array): { offset: number; count: number; names: number } {
  if (file.length > MAX_OBJECT_BYTES) {
    throw new ObjectError(
      `it has ${file.length} bytes; at most ${MAX_OBJECT_BYTES} are taken: strip its debug sections`,
    );
  }
  if (![0x7f, 0x45, 0x4c, 0x46].every((byte, index) => file[index] === byte)) {
    throw new ObjectError('it is no ELF file');
  }
  if (file.length < HEADER_SIZE) throw new ObjectError('it is cut off: its header is not whole');
  const view = viewOf(file);
  if (file[4] !== 2) throw new ObjectError('it is no 64-bit ELF file');
  if (file[5] !== 1) throw new ObjectError('it is for big-endian machines: build it with clang -target bpfel');
  const machine = view.getUint16(18, true);
  if (machine !== EM_BPF) {
    throw new ObjectError(`it is for machine ${machine}, not for BPF (${EM_BPF}): build it with clang -target bpf`);
  }
  if (view.getUint16(16, true) !== ET_REL) throw new ObjectError('it is linked: give the object that clang -c makes');
  const offset = Number(view.getBigUint64(40, true));
  const count = view.getUint16(60, true);
  if (view.getUint16(58, true) !== SECTION_HEADER_SIZE || count === 0 || count > MAX_SECTIONS) {
    throw new ObjectError('it has no sections, or too many');
  }
  if (offset + count * SECTION_HEADER_SIZE > file.length) {
    throw new ObjectError('it is cut off: its section headers lie beyond its end');
  }
  return { offset, count, names: view.getUint16(62, true) };
}
