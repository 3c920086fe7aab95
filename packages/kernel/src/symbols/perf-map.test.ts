import { expect, test } from 'vitest';
import { parsePerfMap } from './perf-map.ts';

const map = parsePerfMap('1000 20 first\n0x2000 0x10 LazyCompile:~run /a b.js:1\nbad line\n1000 8 written anew\n');

test.each([
  [0x1000, { name: 'written anew', offset: 0 }],
  [0x2004, { name: 'LazyCompile:~run /a b.js:1', offset: 4 }],
  [0x2010, null],
  [0xfff, null],
])('%i', (address, found) => expect(map.find(address)).toEqual(found));
