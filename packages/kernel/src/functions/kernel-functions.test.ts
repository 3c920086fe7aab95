import { expect, test } from 'vitest';
import { parseFilterFunctions } from './kernel-functions.ts';

test('the function tracer names functions and their modules', () => {
  const text = 'vfs_read\n__ftrace_invalid_address___4\nnf_hook_slow\next4_read [ext4]\n';
  expect(parseFilterFunctions(text)).toEqual([
    { name: 'vfs_read', module: '' },
    { name: 'nf_hook_slow', module: '' },
    { name: 'ext4_read', module: 'ext4' },
  ]);
});
