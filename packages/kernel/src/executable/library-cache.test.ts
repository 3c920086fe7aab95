import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLibraryCache } from './library-cache.ts';

interface Entry {
  readonly flags: number;
  readonly name: string;
  readonly path: string;
}

/** A cache as ldconfig writes it (glibc, elf/cache.c). */
function writeCache(entries: readonly Entry[]): Buffer {
  const head = Buffer.alloc(48 + entries.length * 24);
  head.write('glibc-ld.so.cache1.1', 0, 'latin1');
  head.writeUInt32LE(entries.length, 20);
  let texts = '';
  for (const [index, { flags, name, path }] of entries.entries()) {
    const at = 48 + index * 24;
    head.writeUInt32LE(flags, at);
    head.writeUInt32LE(head.length + texts.length, at + 4);
    texts += `${name}\0`;
    head.writeUInt32LE(head.length + texts.length, at + 8);
    texts += `${path}\0`;
  }
  return Buffer.concat([head, Buffer.from(texts, 'latin1')]);
}

const cache = writeCache([
  { flags: 0x0303, name: 'libc.so.6', path: '/lib/x86_64-linux-gnu/libc.so.6' },
  { flags: 0x0803, name: 'libc.so.6', path: '/libx32/libc.so.6' },
  { flags: 0x0a03, name: 'libc.so.6', path: '/lib/aarch64-linux-gnu/libc.so.6' },
]);

test.each([
  ['x64', '/lib/x86_64-linux-gnu/libc.so.6'],
  ['arm64', '/lib/aarch64-linux-gnu/libc.so.6'],
])('libraries for %s', (arch, path) => expect(parseLibraryCache(cache, arch)).toEqual([{ name: 'libc.so.6', path }]));

test('any bytes give some list', () => {
  const change = fc.tuple(fc.nat(cache.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), fc.nat(cache.length), (changes, length) => {
      const bytes = Buffer.from(cache.subarray(0, length));
      for (const [at, value] of changes) if (at < length) bytes[at] = value;
      for (const { path } of parseLibraryCache(bytes, 'x64')) expect(path.startsWith('/')).toBe(true);
    }),
  );
});
