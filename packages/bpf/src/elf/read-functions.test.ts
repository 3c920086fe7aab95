import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeElf } from './elf.test-kit.ts';
import { ElfError } from './elf-error.ts';
import { readFunctions } from './read-functions.ts';

const source = (bytes: Uint8Array) => ({
  read: (offset: number, length: number) => bytes.subarray(Math.min(offset, bytes.length), offset + length),
});

const FUNC = 0x12;
const small = writeElf([
  { name: 'second', info: FUNC, section: 1, address: 0x401040, size: 16 },
  { name: 'first@@V_1', info: FUNC, section: 1, address: 0x401000, size: 64 },
  { name: 'imported', info: FUNC, section: 0, address: 0, size: 0 },
  { name: 'a_variable', info: 0x11, section: 1, address: 0x401000, size: 8 },
  { name: 'chosen_late', info: 0x1a, section: 1, address: 0x401000, size: 8 },
  { name: 'nowhere', info: FUNC, section: 1, address: 0x900000, size: 8 },
]);

describe('functions of a file', () => {
  test('by name, where their code is in the file', () => {
    expect(readFunctions(source(small))).toEqual([
      { name: 'first', offset: 0x1000, size: 64, address: 0x401000 },
      { name: 'second', offset: 0x1040, size: 16, address: 0x401040 },
    ]);
  });

  test.each([
    ['nothing', new Uint8Array(), 'the file is cut off'],
    ['a script', new TextEncoder().encode('#!/bin/sh\n'.repeat(20)), 'it is no ELF file'],
    ['a program for another machine', Uint8Array.from(small).with(18, 3), 'it is not for x86-64 or arm64'],
    ['half a file', small.subarray(0, 300), 'the file is cut off'],
  ])('not of %s', (_name, bytes, message) => {
    expect(() => readFunctions(source(bytes))).toThrow(new ElfError(message));
  });
});

const libc = ['/usr/lib/x86_64-linux-gnu/libc.so.6', '/usr/lib/aarch64-linux-gnu/libc.so.6'].find(existsSync);

test('the C library has malloc', (context) => {
  if (libc === undefined) context.skip('this machine keeps its C library elsewhere');
  const found = readFunctions(source(readFileSync(libc ?? ''))).find(({ name }) => name === 'malloc');
  expect(found?.size).toBeGreaterThan(0);
});

test.each([
  ['a small file', small],
  ['the C library', libc === undefined ? small : readFileSync(libc)],
])('%s with bytes changed is read or refused', (_name, sound) => {
  const sections = Number(new DataView(sound.buffer, sound.byteOffset).getBigUint64(40, true));
  const place = fc.oneof(
    fc.nat(63),
    fc.integer({ min: 64, max: 64 + 13 * 56 }),
    fc.nat().map((at) => sections + (at % 2500)),
  );
  const change = fc.tuple(place, fc.constantFrom(0, 1, 2, 0x0b, 0x7f, 0xff));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
      const bytes = Uint8Array.from(sound);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      try {
        readFunctions(source(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(ElfError);
      }
    }),
    { numRuns: 100 },
  );
});
