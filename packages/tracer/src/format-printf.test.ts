import type { Scalar } from '@bpfleet/aggregate';
import { describe, expect, test } from 'vitest';
import { formatPrintf, parseFormat } from './format-printf.ts';

describe('formatPrintf', () => {
  test.each<[string, Scalar[], string]>([
    ['plain', [], 'plain'],
    ['100%% of %d\n', [5n], '100% of 5\n'],
    ['%d', [-1n], '-1'],
    ['%d', [2n ** 40n], '1099511627776'],
    ['%d', [2n ** 64n - 1n], '-1'],
    ['%u', [-1n], '18446744073709551615'],
    ['%lld %llu', [-5n, 5n], '-5 5'],
    ['%hhd %hd', [255n, 65535n], '-1 -1'],
    ['%hhx', [-1n], 'ff'],
    ['%i|%5d|%-5d|', [1n, 2n, 3n], '1|    2|3    |'],
    ['%05d %05d', [42n, -42n], '00042 -0042'],
    ['%-05d|', [42n], '42   |'],
    ['%+d % d', [42n, 42n], '+42  42'],
    ['%.4d', [7n], '0007'],
    ['%8.4d|', [-7n], '   -0007|'],
    ['%x %X %#x %#X', [255n, 255n, 255n, 255n], 'ff FF 0xff 0XFF'],
    ['%#x %#o', [0n, 8n], '0 010'],
    ['%08x', [0xbeefn], '0000beef'],
    ['%#06x', [0xffn], '0x00ff'],
    ['%x', [-1n], 'ffffffffffffffff'],
    ['%o', [8n], '10'],
    ['%p %p', [0xffff888012345678n, 0n], '0xffff888012345678 0'],
    ['%c%c', [104n, 105n], 'hi'],
    ['%s', ['bash'], 'bash'],
    ['%s', [12n], '12'],
    ['%-6s|%6s|', ['ab', 'cd'], 'ab    |    cd|'],
    ['%.2s', ['abcdef'], 'ab'],
    ['%4s|', ['é'], '  é|'],
    ['%q %', [], '%q %'],
    ['%s %s', ['only'], 'only '],
  ])('%j (%#)', (format, args, text) => {
    expect(formatPrintf(parseFormat(format), args)).toBe(text);
  });

  test('a width is bounded', () => {
    expect(formatPrintf(parseFormat('%999999999d'), [1n]).length).toBe(4096);
  });
});
