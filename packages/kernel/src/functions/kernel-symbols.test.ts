import { expect, test } from 'vitest';
import { KernelSymbols } from './kernel-symbols.ts';

const symbols = new KernelSymbols(
  [
    'ffffffff81000100 T vfs_read',
    'ffffffff81000000 T _text',
    'ffffffff81000000 T startup_64',
    'ffffffff81000180 d data',
    'ffffffffc0200000 t ext4_read\t[ext4]',
    '',
  ].join('\n'),
);

test.each([
  [0xffffffff81000100n, { symbol: 'vfs_read', module: '', offset: 0 }],
  [0xffffffff81000191n, { symbol: 'vfs_read', module: '', offset: 0x91 }],
  [0xffffffff81000001n, { symbol: '_text', module: '', offset: 1 }],
  [0xffffffffc0200010n, { symbol: 'ext4_read', module: 'ext4', offset: 16 }],
  [0xffffffff80000000n, { symbol: '0xffffffff80000000', module: '', offset: 0 }],
  [0xffffffffb0000000n, { symbol: '0xffffffffb0000000', module: '', offset: 0 }],
])('%x', (address, frame) => expect(symbols.find(address)).toEqual(frame));

test('nothing is found where the kernel hides its addresses', () => {
  const hidden = new KernelSymbols('0000000000000000 T vfs_read\n');
  expect(hidden.find(0xffffffff81000100n).symbol).toBe('0xffffffff81000100');
});
