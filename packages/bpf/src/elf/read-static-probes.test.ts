import { expect, test } from 'vitest';
import { ElfError } from './elf-error.ts';
import { readStaticProbes } from './read-static-probes.ts';

/** A program of one segment, loaded 0x400000 above where it is in the file, with one note. */
function program(note: Partial<{ pc: bigint; base: bigint; semaphore: bigint; length: number; section: bigint }> = {}) {
  const file = Buffer.alloc(0x1000);
  file.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  file.writeUInt16LE(62, 18);
  file.writeBigUInt64LE(64n, 32);
  file.writeBigUInt64LE(0x100n, 40);
  for (const [at, value] of [
    [54, 56],
    [56, 1],
    [58, 64],
    [60, 4],
    [62, 1],
  ] as const)
    file.writeUInt16LE(value, at);
  file.writeUInt32LE(1, 64);
  file.writeUInt32LE(5, 68);
  file.writeBigUInt64LE(0x400000n, 80);
  file.writeBigUInt64LE(0x1000n, 96);
  const names = '\0.note.stapsdt\0.stapsdt.base\0';
  file.write(names, 0x300, 'latin1');
  const texts = 'nginx\0request\0' + '8@%rdi\0';
  const section = (index: number, name: number, type: number, address: bigint, offset: number, size: number) => {
    const at = 0x100 + index * 64;
    file.writeUInt32LE(name, at);
    file.writeUInt32LE(type, at + 4);
    file.writeBigUInt64LE(address, at + 16);
    file.writeBigUInt64LE(BigInt(offset), at + 24);
    file.writeBigUInt64LE(BigInt(size), at + 32);
  };
  section(1, 0, 3, 0n, 0x300, names.length);
  section(2, 1, 7, 0n, 0x400, 12 + 8 + 24 + texts.length + 1);
  section(3, 15, 1, note.section ?? 0x400800n, 0x800, 1);
  file.writeUInt32LE(8, 0x400);
  file.writeUInt32LE(note.length ?? 24 + texts.length, 0x404);
  file.writeUInt32LE(3, 0x408);
  file.write('stapsdt\0', 0x40c, 'latin1');
  file.writeBigUInt64LE(note.pc ?? 0x400123n, 0x414);
  file.writeBigUInt64LE(note.base ?? 0x400800n, 0x41c);
  file.writeBigUInt64LE(note.semaphore ?? 0n, 0x424);
  file.write(texts, 0x42c, 'latin1');
  return readStaticProbes({ read: (offset, length) => file.subarray(offset, offset + length) });
}

test('a note gives the place in the file, the names and the arguments', () => {
  expect(program()).toEqual([{ provider: 'nginx', name: 'request', offset: 0x123, semaphore: 0, arguments: '8@%rdi' }]);
  expect(program({ semaphore: 0x400900n })[0]?.semaphore).toBe(0x900);
});

test('a program that was moved without its notes', () => {
  expect(program({ pc: 0x123n, base: 0x800n })[0]?.offset).toBe(0x123);
});

test('what points outside is left out, what is cut off is an error', () => {
  expect(program({ pc: 0xffff_ffff_ffff_ffffn })).toEqual([]);
  expect(program({ semaphore: 0x1n })).toEqual([]);
  expect(() => program({ length: 0x7fff_ffff })).toThrow(ElfError);
});
