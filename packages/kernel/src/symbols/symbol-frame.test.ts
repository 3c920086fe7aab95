import { expect, test } from 'vitest';
import {
  formatBuildIdFrame,
  formatKernelStack,
  formatSymbol,
  formatUserStack,
  type SymbolFrame,
} from './symbol-frame.ts';

/** Addresses, names and texts are what bpftrace 0.27.1 printed here. */
const libc = '/usr/lib/x86_64-linux-gnu/libc.so.6';
const user: readonly SymbolFrame[] = [
  { address: 0x55bd9ba15149n, symbol: 'leaf', offset: 0, module: '/tmp/w' },
  { address: 0x7f88d4592e27n, symbol: 'getppid', offset: 7, module: libc },
  { address: 0x7f90541ffban, symbol: '', offset: 0, module: libc },
  { address: 0n, symbol: '', offset: 0, module: '' },
];
const kernel: readonly SymbolFrame[] = [
  { address: 0xffffffff814b0b2dn, symbol: 'perf_syscall_enter', offset: 397, module: '' },
];

test.each([
  ['bpftrace', '\n        leaf\n        getppid+7\n        0x7f90541ffba\n        0\n'],
  [
    'perf',
    `\n\t55bd9ba15149 leaf+0 (/tmp/w)\n\t7f88d4592e27 getppid+7 (${libc})\n\t7f90541ffba 0x7f90541ffba ([unknown])\n\t0 0 ([unknown])\n`,
  ],
  ['raw', '\n55bd9ba15149\n7f88d4592e27\n7f90541ffba\n0\n'],
] as const)('user stack, %s', (mode, text) => {
  expect(formatUserStack(user, mode, 8)).toBe(text);
});

test.each([
  ['bpftrace', '\n    perf_syscall_enter+397\n'],
  ['perf', '\n\tffffffff814b0b2d perf_syscall_enter+397\n'],
  ['raw', '\nffffffff814b0b2d\n'],
] as const)('kernel stack, %s', (mode, text) => {
  expect(formatKernelStack(kernel, mode, 4)).toBe(text);
});

test('no frames', () => expect(formatUserStack([], 'perf', 8)).toBe('\n'));

test('usym and ksym', () => {
  expect(user.map(formatSymbol)).toEqual(['leaf', 'getppid', '0x7f90541ffba', '0']);
});

test('build IDs', () => expect(formatBuildIdFrame('a226e0f1', 0xe5e27n)).toBe('a226e0f1 0xe5e27'));
