import { expect, test } from 'vitest';
import { countNames, parseFilterFunctions } from './kernel-functions.ts';

test('the function tracer names functions and their modules', () => {
  const text = 'vfs_read\n__ftrace_invalid_address___4\nnf_hook_slow\next4_read [ext4]\n';
  expect(parseFilterFunctions(text)).toEqual([
    { name: 'vfs_read', module: '' },
    { name: 'nf_hook_slow', module: '' },
    { name: 'ext4_read', module: 'ext4' },
  ]);
});

test('kallsyms: only code counts, as often as its name is there', () => {
  const text = [
    'ffffffff81000000 T startup',
    '0000000000000000 t show',
    '0000000000000000 t show\t[ext4]',
    '0000000000000000 D data',
    'ffffffff81000010 W weak',
    'ffffffff81000020 r table',
    '',
  ].join('\n');
  expect([...countNames(text)]).toEqual([
    ['startup', 1],
    ['show', 2],
    ['weak', 1],
  ]);
});
