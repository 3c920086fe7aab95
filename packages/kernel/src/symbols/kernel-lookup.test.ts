import { expect, test, vi } from 'vitest';
import { findKernelAddress, symbolOwner } from './kernel-lookup.ts';

const text = [
  'ffffffff81000000 T _text',
  'ffffffff81000100 t do_nanosleep_slow',
  'ffffffff81000200 T do_nanosleep',
  'ffffffff82000000 D jiffies',
  'ffffffffc0000000 t helper\t[ext4]',
  'ffffffffc0000100 t bpf_prog_1234_enter\t[bpf]',
  '0000000000000000 T hidden',
  '',
].join('\n');

test.each([
  ['_text', 0xffffffff81000000n],
  ['do_nanosleep', 0xffffffff81000200n],
  ['jiffies', 0xffffffff82000000n],
  ['helper', 0xffffffffc0000000n],
  ['hidden', null],
  ['T', null],
  ['nosuch', null],
  ['', null],
])('%s', (name, address) => {
  expect(findKernelAddress(text, name)).toBe(address);
});

test('whose a name is, of a list that is read once', () => {
  const read = vi.fn(() => text);
  const ownerOf = symbolOwner(read);
  expect(read).not.toHaveBeenCalled();
  const names = ['do_nanosleep', 'do_nanosleep_', 'helper', 'help', 'bpf_prog_1234_enter', 'hidden'];
  expect(names.map(ownerOf)).toEqual(['kernel', null, 'module', null, null, 'kernel']);
  expect(read).toHaveBeenCalledOnce();
});
