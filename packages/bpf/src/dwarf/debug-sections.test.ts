import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sourceOf } from '../elf/byte-source.ts';
import { ElfError } from '../elf/elf-error.ts';
import { packedSection, type SectionText, writeDebugFile } from './debug-file.test-kit.ts';
import { DebugInfo } from './debug-info.ts';
import { type DebugSections, type Inflate, readDebugSections } from './debug-sections.ts';
import { type DwarfShape, type EntryText, writeDwarf } from './dwarf.test-kit.ts';
import { DwarfError } from './dwarf-error.ts';
import { DwarfTypes } from './dwarf-types.ts';
import { readSplitPackage } from './split-package.ts';

const bytes = (...list: number[]) => Uint8Array.from(list);
/** Packed is every byte with one added. */
const inflate: Inflate = (method, packed) => (method === 'zlib' ? packed.map((byte) => byte - 1) : null);

describe('sections of a file', () => {
  const abbrev = { name: '.debug_abbrev', bytes: bytes(9) };
  const read = (...sections: SectionText[]) => readDebugSections(sourceOf(writeDebugFile(sections)), inflate);

  test('are read by their names, packed ones unpacked', () => {
    expect(read({ name: '.debug_info', bytes: bytes(1, 2) }, abbrev)?.info).toEqual(bytes(1, 2));
    expect(read(packedSection('.debug_info', 1, 2, bytes(6, 7)), abbrev)?.info).toEqual(bytes(5, 6));
    expect(read(abbrev)).toBeUndefined();
  });

  test.each([
    ['of another size than they say', packedSection('.debug_info', 1, 3, bytes(1, 2)), 'cannot be unpacked'],
    ['packed by an unknown method', packedSection('.debug_info', 7, 2, bytes(1, 2)), 'cannot be unpacked'],
    ['that nobody can unpack', packedSection('.debug_info', 2, 2, bytes(1, 2)), 'cannot be unpacked'],
    ['that are too large', packedSection('.debug_info', 1, 2 ** 40, bytes(1, 2)), 'too large'],
    ['without their header', { name: '.debug_info', bytes: bytes(1), packed: true }, 'cut off'],
  ])('%s are an error', (_, section, message) => {
    expect(() => read(section, abbrev)).toThrow(DwarfError);
    expect(() => read(section, abbrev)).toThrow(message);
  });
});

const structure = (name: string): EntryText => ({
  tag: 'STRUCTURE_TYPE',
  attributes: [
    ['NAME', 'STRX1', name],
    ['BYTE_SIZE', 'DATA1', 4],
  ],
});

/** Two compilations in one package, which have an index of columns for entries, abbreviations and offsets of names. */
function packageOf(split: (id: number, ...entries: EntryText[]) => DebugSections): Uint8Array {
  const parts = [split(1, structure('one')), split(2, structure('two'))] as const;
  const columns = ['info', 'abbrev', 'strOffsets'] as const;
  // Each has its names at the start of a section of its own; here both are in one, so the second's are moved.
  const [first, second] = parts;
  const offsets = new DataView(second.strOffsets.buffer);
  for (let at = 8; at < second.strOffsets.length; at += 4) {
    offsets.setUint32(at, offsets.getUint32(at, true) + first.str.length, true);
  }
  const words = [5, columns.length, 2, 4, ...Array.from({ length: 12 }, () => 0), 1, 3, 6];
  words.push(...columns.map(() => 0), ...columns.map((name) => first[name].length));
  for (const part of parts) words.push(...columns.map((name) => part[name].length));
  const joined = (name: keyof DebugSections) => Uint8Array.from([...first[name], ...second[name]]);
  return writeDebugFile([
    { name: '.debug_info.dwo', bytes: joined('info') },
    { name: '.debug_abbrev.dwo', bytes: joined('abbrev') },
    { name: '.debug_str.dwo', bytes: joined('str') },
    { name: '.debug_str_offsets.dwo', bytes: joined('strOffsets') },
    { name: '.debug_cu_index', bytes: new Uint8Array(Uint32Array.from(words).buffer) },
  ]);
}

const shape = (id: number, skeleton: boolean): DwarfShape => ({ version: 5, split: { id, skeleton } });
const packed = packageOf((id, ...entries) => writeDwarf(entries, shape(id, false)));

test('what compilations left in files of their own is found in their package', () => {
  const parts = readSplitPackage(sourceOf(packed), inflate);
  const types = new DwarfTypes(new DebugInfo(writeDwarf([], shape(2, true)), parts), 2 ** 40);
  expect(parts).toHaveLength(2);
  expect(types.members(types.record('struct', 'two') ?? 0)).toEqual([]);
  expect(types.record('struct', 'one')).toBeUndefined();
});

test('a damaged package is an error of its own', () => {
  const change = fc.tuple(fc.nat(packed.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const damaged = Uint8Array.from(packed);
      for (const [at, value] of changes) damaged[at] = value;
      try {
        const parts = readSplitPackage(sourceOf(damaged), inflate);
        new DwarfTypes(new DebugInfo(writeDwarf([], shape(2, true)), parts), 2 ** 40).record('struct', 'none');
      } catch (error) {
        expect(error instanceof DwarfError || error instanceof ElfError, String(error)).toBe(true);
      }
    }),
  );
});
