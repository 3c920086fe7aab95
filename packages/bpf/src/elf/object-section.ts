import { ElfError } from './elf-error.ts';
import type { SectionHeader } from './elf-file.ts';

/** A section of an object, with its contents: empty where it has none in the file. */
export interface ObjectSection extends SectionHeader {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The string that starts at `at` of a string table. Throws ElfError where it does not end within. */
export function stringAt(table: Uint8Array, at: number): string {
  const end = at < table.length ? table.indexOf(0, at) : -1;
  if (end < 0) throw new ElfError('a name lies outside of its string table');
  return new TextDecoder().decode(table.subarray(at, end));
}
