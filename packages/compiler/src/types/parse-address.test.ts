import { describe, expect, test } from 'vitest';
import { parseAddress } from './parse-address.ts';

describe('parseAddress', () => {
  test.each<[string, string | undefined]>([
    ['1.2.3.4', '01020304'],
    ['255.255.255.255', 'ffffffff'],
    ['1.2.3', undefined],
    ['1.2.3.256', undefined],
    ['01.2.3.4', undefined],
    ['1.2.3.4.5', undefined],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:db8::8a2e:370:7334', '20010db800000000000 08a2e03707334'.replace(' ', '')],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['::ffff:1.2.3.4', '00000000000000000000ffff01020304'],
    ['1::2::3', undefined],
    ['1:2:3:4:5:6:7', undefined],
    ['1:2:3:4:5:6:7:8::', undefined],
    ['12345::', undefined],
    ['g::', undefined],
    ['', undefined],
  ])('%s', (text, hex) => {
    const bytes = parseAddress(text);
    expect(bytes && Buffer.from(bytes).toString('hex')).toBe(hex);
  });
});
