import { sourceOf } from './byte-source.ts';
import { ElfFile } from './elf-file.ts';
import type { ObjectSection } from './object-section.ts';

const LINKED = '.struct_ops.link';
const PLAIN = '.struct_ops';

/** Whether a section holds structures of functions that are registered with the kernel (libbpf's docs/program_types.rst). */
export function isStructOps(section: string): boolean {
  return section === PLAIN || section === LINKED;
}

/**
 * A copy of an object whose section `.struct_ops.link` is called `.struct_ops`: libbpf before 1.2 knows only that, and under
 * either name whoever loads it decides how it is registered. Only the end of the name is written over, in the names of sections
 * and in BTF. The object itself where it has no such section. `sections` as readObject gives them.
 */
export function plainStructOps(object: Uint8Array, sections: readonly ObjectSection[]): Uint8Array {
  const linked = sections.find(({ name }) => name === LINKED);
  const names = sections[new ElfFile(sourceOf(object)).sectionNames];
  if (linked === undefined || names === undefined) return object;
  const bytes = new Uint8Array(object);
  bytes[names.offset + linked.nameAt + PLAIN.length] = 0;
  const types = sections.find(({ name }) => name === '.BTF');
  const at = types === undefined ? -1 : indexOf(types.bytes, new TextEncoder().encode(`\0${LINKED}\0`));
  if (types !== undefined && at >= 0) bytes[types.offset + at + 1 + PLAIN.length] = 0;
  return bytes;
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}
