import { expect, test } from 'vitest';
import { type UsdtPlace, usdtPlace } from './usdt-place.ts';

test.each<[string, UsdtPlace | null]>([
  ['usdt//bin/a:provider:name', { path: '/bin/a', provider: 'provider', name: 'name' }],
  ['usdt//opt/a:b/prog:p:n', { path: '/opt/a:b/prog', provider: 'p', name: 'n' }],
  ['usdt/libc.so.6:libc:setjmp', { path: 'libc.so.6', provider: 'libc', name: 'setjmp' }],
  ['usdt', null],
  ['usdt/libc.so.6:setjmp', null],
  ['uprobe//bin/bash:readline', null],
])('the place of %s', (section, place) => expect(usdtPlace(section)).toEqual(place));
