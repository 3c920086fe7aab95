import { expect, test } from 'vitest';
import { type UprobePlace, uprobePlace } from './uprobe-place.ts';

test.each<[string, UprobePlace | null]>([
  ['uprobe//bin/bash:readline', { path: '/bin/bash', function: 'readline', offset: 0, return: false }],
  ['uretprobe/libc.so.6:malloc', { path: 'libc.so.6', function: 'malloc', offset: 0, return: true }],
  ['uprobe.s//opt/a:b/prog:main+0x10', { path: '/opt/a:b/prog', function: 'main', offset: 16, return: false }],
  ['uprobe/readline', null],
  ['uprobe', null],
  ['kprobe/vfs_read', null],
  ['usdt//bin/a:provider:name', null],
])('the place of %s', (section, place) => expect(uprobePlace(section)).toEqual(place));
