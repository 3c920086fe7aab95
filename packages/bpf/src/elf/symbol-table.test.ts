import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildId, debugLink } from './build-id.ts';
import { writeElf } from './elf.test-kit.ts';
import { ElfError } from './elf-error.ts';
import { type ElfFile, openElf } from './elf-tables.ts';
import { SymbolTable } from './symbol-table.ts';

const GLOBAL_FUNCTION = 0x12;
const LOCAL_FUNCTION = 0x02;
const OBJECT = 0x11;
const file = writeElf([
  { name: 'outer', info: GLOBAL_FUNCTION, section: 1, address: 0x401000, size: 0x100 },
  { name: 'inner', info: GLOBAL_FUNCTION, section: 1, address: 0x401040, size: 0x10 },
  { name: 'alias', info: LOCAL_FUNCTION, section: 1, address: 0x401200, size: 0x20 },
  { name: 'first@@V_1', info: GLOBAL_FUNCTION, section: 1, address: 0x401200, size: 0x20 },
  { name: 'data', info: OBJECT, section: 1, address: 0x401300, size: 8 },
  { name: 'empty', info: GLOBAL_FUNCTION, section: 1, address: 0x401400, size: 0 },
  { name: 'elsewhere', info: GLOBAL_FUNCTION, section: 0, address: 0x401500, size: 8 },
]);
const open = (bytes: Uint8Array): ElfFile =>
  openElf({ read: (offset, length) => bytes.subarray(offset, offset + length) });
const table = new SymbolTable([open(file)]);

test.each([
  [0x400fff, null],
  [0x401000, { name: 'outer', offset: 0 }],
  [0x40104f, { name: 'inner', offset: 15 }],
  [0x401050, { name: 'outer', offset: 0x50 }],
  [0x401100, null],
  [0x401201, { name: 'first', offset: 1 }],
  [0x401304, { name: 'data', offset: 4 }],
  [0x401400, null],
  [0x401500, null],
])('%i', (address, found) => expect(table.find(address)).toEqual(found));

test.each([
  ['outer', 0x401000],
  ['first', 0x401200],
  ['data', 0x401300],
  ['out', undefined],
  ['elsewhere', undefined],
])('address of %s', (name, address) => expect(table.address(name)).toBe(address));

test('any bytes give symbols or an ElfError', () => {
  const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), fc.nat(file.length), (changes, length) => {
      const bytes = Uint8Array.from(file.subarray(0, length));
      for (const [at, value] of changes) if (at < length) bytes[at] = value;
      try {
        const elf = open(bytes);
        new SymbolTable([elf]).find(0x401048);
        buildId(elf);
        debugLink(elf);
      } catch (error) {
        expect(error).toBeInstanceOf(ElfError);
      }
    }),
  );
});
