import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAnonymous, keepSame, mappingAt, parseProcessMaps } from './process-maps.ts';

const text = `55c0e0000000-55c0e0001000 r--p 00000000 fe:00 2146492                    /tmp/a program
55c0e0001000-55c0e0002000 r-xp 00001000 fe:00 2146492                    /tmp/a program
7f0000000000-7f0000001000 rwxp 00000000 00:00 0 
7f0000002000-7f0000003000 r-xp 00000000 00:00 0                          [vdso]
7f0000003000-7f0000004000 r-xs 00002000 00:01 7                          /memfd:jit\\012 (deleted)
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
`;
const mappings = parseProcessMaps(text);

test('only what holds code', () => {
  expect(mappings.map(({ path, offset }) => [path, offset])).toEqual([
    ['/tmp/a program', 0x1000],
    ['', 0],
    ['[vdso]', 0],
    ['/memfd:jit\n (deleted)', 0x2000],
    ['[vsyscall]', 0],
  ]);
});

describe('mappingAt', () => {
  test.each([
    [0x55c0e0001000, '/tmp/a program'],
    [0x55c0e0001fff, '/tmp/a program'],
    [0x55c0e0002000, undefined],
    [0x55c0e0000fff, undefined],
    [0x7f0000000010, ''],
    [0, undefined],
  ])('%i', (address, path) => expect(mappingAt(mappings, address)?.path).toBe(path));
});

test('code without a file', () => {
  expect(mappings.map(isAnonymous)).toEqual([false, true, false, true, false]);
});

test('what is known of a mapping holds for as long as it is the same', () => {
  const kept = (changed: string) => keepSame(mappings, parseProcessMaps(changed)).map((now) => mappings.includes(now));
  expect(kept(text)).toEqual([true, true, true, true, true]);
  // The file was replaced, what was mapped there is another part of it, a mapping came, one grew.
  expect(kept(text.replaceAll('2146492', '2146493'))).toEqual([false, true, true, true, true]);
  expect(kept(text.replace('r-xs 00002000', 'r-xs 00003000'))).toEqual([true, true, true, false, true]);
  expect(kept(`55c0d0000000-55c0d0001000 r-xp 00000000 fe:00 9 /lib\n${text}`)).toEqual([
    false,
    true,
    true,
    true,
    true,
    true,
  ]);
  expect(kept(text.replace('7f0000003000 r-xp', '7f0000002800 r-xp'))).toEqual([true, true, false, true, true]);
});

test('any text gives some list', () => {
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (any) => Array.isArray(parseProcessMaps(any))));
});
