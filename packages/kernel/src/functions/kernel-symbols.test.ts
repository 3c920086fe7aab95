import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { KallsymsParser } from './kallsyms-parser.ts';
import { kernelSymbols, loadKernelSymbols, modulesOf } from './read-kallsyms.ts';

const text = [
  'ffffffff81000000 T _text',
  'ffffffff81000000 T startup_64',
  'ffffffff81000180 d data',
  'ffffffffc0200000 t ext4_read\t[ext4]',
  'ffffffff81000100 T vfs_read',
  'ffffffffc0200100 t show\t[ext4]',
  'ffffffff81000200 t show',
  'ffffffff81000300 W weak',
  '0000000000000000 A percpu',
  '',
].join('\n');

/** As the kernel gives it: in pieces that end anywhere. */
function parsed(kallsyms: string, pieceLength = kallsyms.length) {
  const parser = new KallsymsParser();
  for (let at = 0; at < kallsyms.length; at += pieceLength)
    parser.push(Buffer.from(kallsyms.slice(at, at + pieceLength)));
  return parser.finish();
}

describe.each([1, 7, 40, text.length])('in pieces of %i bytes', (pieceLength) => {
  const symbols = parsed(text, pieceLength);

  test.each([
    [0xffffffff81000100n, { symbol: 'vfs_read', module: '', offset: 0 }],
    [0xffffffff81000191n, { symbol: 'vfs_read', module: '', offset: 0x91 }],
    [0xffffffff81000001n, { symbol: '_text', module: '', offset: 1 }],
    [0xffffffffc0200010n, { symbol: 'ext4_read', module: 'ext4', offset: 16 }],
    [0xffffffff80000000n, { symbol: '0xffffffff80000000', module: '', offset: 0 }],
    [0xffffffffb0000000n, { symbol: '0xffffffffb0000000', module: '', offset: 0 }],
    [0x7f0000000000n, { symbol: '0x7f0000000000', module: '', offset: 0 }],
  ])('%x', (address, frame) => expect(symbols.find(address)).toEqual(frame));

  test.each([
    ['show', 2],
    ['weak', 1],
    ['vfs_rea', 0],
    ['fs_read', 0],
    ['data', 0],
    ['', 0],
    ['vfs_read\nshow', 0],
  ])('functions called %j: %i', (name, count) => expect(symbols.count(name)).toBe(count));

  test('all names, once for each function', () => {
    expect(symbols.names()).toEqual(['_text', 'startup_64', 'ext4_read', 'vfs_read', 'show', 'show', 'weak']);
  });
});

test('addresses of arm64 and of kernels with the deepest pages', () => {
  const symbols = parsed('ffff800008012345 T first\nfff0000000000010 T deep\n');
  expect(symbols.find(0xffff800008012346n)).toEqual({ symbol: 'first', module: '', offset: 1 });
  expect(symbols.find(0xfff0000000000011n)).toEqual({ symbol: 'deep', module: '', offset: 1 });
});

test('where the kernel hides its addresses there are names, and nothing is found', () => {
  const hidden = parsed('0000000000000000 T vfs_read\n0000000000000000 t vfs_read\t[copy]');
  expect(hidden.find(0xffffffff81000100n).symbol).toBe('0xffffffff81000100');
  expect(hidden.count('vfs_read')).toBe(2);
});

test('the running kernel, in pieces and in one', async () => {
  const loaded = await loadKernelSymbols();
  expect(kernelSymbols()).toBe(loaded);
  // Programs of others come and go meanwhile: not everything can be the same.
  const whole = parsed(readFileSync('/proc/kallsyms', 'latin1'));
  expect(loaded.count('vfs_read')).toBe(1);
  expect(loaded.names().slice(0, 10_000)).toEqual(whole.names().slice(0, 10_000));
});

test.each([
  ['one more user of it', 'loop 40960 1 - Live 0xffffffffc0200000\n', true],
  ['another beside it', 'xfs 1802240 0 - Live 0xffffffffc0300000\nloop 40960 0 - Live 0xffffffffc0200000\n', false],
  ['loaded again, elsewhere', 'loop 40960 0 - Live 0xffffffffc0400000\n', false],
  ['gone', '', false],
])('a module: %s', (_what, after, same) => {
  expect(modulesOf(after) === modulesOf('loop 40960 0 - Live 0xffffffffc0200000\n')).toBe(same);
});
