import { sourceOf, viewOf } from './byte-source.ts';
import { ElfError } from './elf-error.ts';
import { ElfFile } from './elf-file.ts';
import type { ObjectSection } from './object-section.ts';

const SECTION_HEADER_BYTES = 64;
const PROGBITS = 1;
/** `Elf64_Ehdr`: where the table of sections is, and how many there are. */
const TABLE_OFFSET = 40;
const TABLE_COUNT = 60;
/** `Elf64_Shdr`. */
const At = { name: 0, type: 4, offset: 24, size: 32, alignment: 48 } as const;

/**
 * The object with one more section, which no loader looks at, or with other contents of it where it has one of that name.
 * Everything stays where it is; the contents, the names of sections and the table of sections follow at the end.
 * `sections` as `readObject` gives them. Throws ElfError.
 */
export function embedSection(
  object: Uint8Array,
  sections: readonly ObjectSection[],
  name: string,
  contents: Uint8Array,
): Uint8Array {
  const names = sections[new ElfFile(sourceOf(object)).sectionNames];
  if (names === undefined) throw new ElfError('its sections have no names');
  const known = sections.findIndex((section) => section.name === name);
  const count = sections.length + (known < 0 ? 1 : 0);
  const index = known < 0 ? sections.length : known;
  const contentsAt = aligned(object.length);
  const namesAt = aligned(contentsAt + contents.length);
  const label = new TextEncoder().encode(`${name}\0`);
  const tableAt = aligned(namesAt + names.bytes.length + label.length);
  const bytes = new Uint8Array(tableAt + count * SECTION_HEADER_BYTES);
  bytes.set(object);
  bytes.set(contents, contentsAt);
  bytes.set(names.bytes, namesAt);
  bytes.set(label, namesAt + names.bytes.length);
  const view = viewOf(bytes);
  const oldTable = Number(view.getBigUint64(TABLE_OFFSET, true));
  bytes.set(object.subarray(oldTable, oldTable + sections.length * SECTION_HEADER_BYTES), tableAt);
  view.setBigUint64(TABLE_OFFSET, BigInt(tableAt), true);
  view.setUint16(TABLE_COUNT, count, true);
  const place = (header: number, offset: number, size: number) => {
    view.setBigUint64(tableAt + header * SECTION_HEADER_BYTES + At.offset, BigInt(offset), true);
    view.setBigUint64(tableAt + header * SECTION_HEADER_BYTES + At.size, BigInt(size), true);
  };
  place(sections.indexOf(names), namesAt, names.bytes.length + label.length);
  place(index, contentsAt, contents.length);
  const header = tableAt + index * SECTION_HEADER_BYTES;
  view.setUint32(header + At.name, names.bytes.length, true);
  view.setUint32(header + At.type, PROGBITS, true);
  view.setBigUint64(header + At.alignment, 1n, true);
  return bytes;
}

function aligned(offset: number): number {
  return Math.ceil(offset / 8) * 8;
}
