import { expect, test } from 'vitest';
import { storeXz } from '../xz/xz.test-kit.ts';
import { sourceOf } from './byte-source.ts';
import { compressedSymbols } from './compressed-symbols.ts';
import { writeElf } from './elf.test-kit.ts';
import { openElf } from './elf-tables.ts';
import { SymbolTable } from './symbol-table.ts';

const hidden = { name: 'hidden', info: 2, section: 1, address: 0x401080, size: 0x20 };
const open = (bytes: Uint8Array) => openElf(sourceOf(bytes));

test('the symbols that a program has packed within', () => {
  const elf = open(writeElf([], storeXz(writeElf([hidden]))));
  const packed = compressedSymbols(elf);
  if (packed === null) throw new Error('nothing was found');
  expect(new SymbolTable([elf]).find(0x401084)).toBeNull();
  expect(new SymbolTable([elf, packed]).find(0x401084)).toEqual({ name: 'hidden', offset: 4 });
});

test.each([
  ['nothing', new Uint8Array()],
  ['what is no .xz stream', new Uint8Array(100).fill(7)],
  ['what is no ELF file', storeXz(new TextEncoder().encode('text'))],
])('of %s there is none', (_name, packed) => {
  expect(compressedSymbols(open(writeElf([], packed)))).toBeNull();
});
