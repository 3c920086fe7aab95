import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ElfError } from './elf-error.ts';
import { minimalObject } from './minimal-object.test-kit.ts';
import { readObject } from './read-object.ts';

/** Where the section headers of the minimal object are. */
const HEADERS = 64;
const header = (section: number, field: number) => HEADERS + section * 64 + field;

function changed(change: (view: DataView) => void): Uint8Array {
  const object = minimalObject();
  change(new DataView(object.buffer));
  return object;
}

test('the sections of an object', () => {
  const sections = readObject(minimalObject());
  expect(sections.map(({ name, size }) => [name, size])).toEqual([
    ['', 0],
    ['.strtab', 32],
    ['.symtab', 48],
    ['tp/x/y', 16],
    ['.reltp/x/y', 16],
  ]);
});

describe('what is none', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /cut off/],
    ['text', new TextEncoder().encode('BEGIN {}'), /no ELF file/],
    ['a beginning', minimalObject().subarray(0, 40), /cut off/],
    ['half', minimalObject().subarray(0, 300), /cut off/],
    ['one byte short', minimalObject().subarray(0, -1), /cut off/],
    ['too large', new Uint8Array(2 * 1024 * 1024 + 1), /at most 2097152/],
    ['32 bits', changed((view) => view.setUint8(4, 1)), /no 64-bit/],
    ['big-endian', changed((view) => view.setUint8(5, 2)), /big-endian/],
    ['of x86-64', changed((view) => view.setUint16(18, 62, true)), /machine 62, not for BPF \(247\)/],
    ['an executable', changed((view) => view.setUint16(16, 2, true)), /linked/],
    ['without sections', changed((view) => view.setUint16(60, 0, true)), /no sections/],
    ['with a section beyond its end', changed((view) => view.setUint32(header(3, 32), 9999, true)), /cut off/],
    ['with a name outside', changed((view) => view.setUint32(header(3, 0), 33, true)), /name lies outside/],
    ['with a symbol outside', changed((view) => view.setUint8(header(5, 32 + 24 + 8), 17)), /symbol lies outside/],
    ['with a relocation outside', changed((view) => view.setUint8(header(5, 32 + 48 + 16), 16)), /relocation points/],
    [
      'with a relocation to no symbol',
      changed((view) => view.setUint8(header(5, 32 + 48 + 28), 2)),
      /relocation points/,
    ],
  ])('%s', (_name, bytes, message) => {
    expect(() => readObject(bytes)).toThrow(message);
  });
});

test('whatever the bytes are, the answer is sections within the file or an ElfError', () => {
  const object = minimalObject();
  const edits = fc.array(fc.tuple(fc.nat(object.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(edits, fc.nat(object.length), (bytes, length) => {
      const mutated = minimalObject();
      for (const [at, byte] of bytes) mutated[at] = byte;
      try {
        for (const section of readObject(mutated.subarray(0, length || object.length))) {
          expect(section.bytes.length).toBeLessThanOrEqual(object.length);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(ElfError);
      }
    }),
    { numRuns: 2000 },
  );
});
