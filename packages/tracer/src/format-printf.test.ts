import type { Scalar } from '@bpfleet/aggregate';
import { describe, expect, test } from 'vitest';
import { formatPrintf, parseFormat } from './format-printf.ts';

/** Expected texts are what bpftrace 0.27.1 printed. */
describe('formatPrintf', () => {
  test.each<[string, Scalar[], string]>([
    ['plain', [], 'plain'],
    ['100%% of %d\n', [5n], '100% of 5\n'],
    ['%d', [-1n], '-1'],
    ['%d %ld %x %lx', [2n ** 40n, 2n ** 40n, 2n ** 40n, 2n ** 40n], '0 1099511627776 0 10000000000'],
    ['%d', [2n ** 64n - 1n], '-1'],
    ['%u %lu', [-1n, -1n], '4294967295 18446744073709551615'],
    ['%lld %llu', [-5n, 5n], '-5 5'],
    ['%hhd %hd', [300n, 70000n], '44 4464'],
    ['%hhx %hx', [-1n, -1n], 'ff ffff'],
    ['%jd %zd %td %zu', [1n, 2n, 3n, 4n], '1 2 3 4'],
    ['%lllld %zhd', [70000n, 70000n], '70000 70000'],
    ['%i|%5d|%-5d|', [1n, 2n, 3n], '1|    2|3    |'],
    ['[%05d][%05d]', [42n, -3n], '[00042][000-3]'],
    ['[%-05d][%+05d][% 05d][%-+5d]', [1n, 1n, 1n, 1n], '[10000][000+1][00001][+1   ]'],
    ['[%+-5d][%0+5d]', [], '[%+-5d][%0+5d]'],
    ['[%+d][% d]', [42n, 42n], '[+42][42]'],
    ['[%.3d][%8.3d][%.2s]', [5n, 5n, 'abc'], '[5][       5][abc]'],
    ['%x %X %#x %#X %#o', [255n, 255n, 255n, 255n, 8n], 'ff FF 0xff 0XFF 010'],
    ['%#x %#o', [0n, 0n], '0 0'],
    ['%08x %#010x', [255n, 255n], '000000ff 0000000xff'],
    [
      '[%p][%p][%5p][%20p]',
      [0xffff888012345678n, 0n, 0n, 255n],
      '[0xffff888012345678][0][    0][                0xff]',
    ],
    ['[%c][%5c][%-5c]', [321n, 66n, 67n], '[A][    B][C    ]'],
    ['[%s][%5s][%-5s][%05s][%-05s]', ['abc', 'ab', 'ab', 'ab', 'ab'], '[abc][   ab][ab   ][000ab][ab000]'],
    ['[%s][%+s][%#s]', [12n, 5n, 255n], '[12][+5][255]'],
    ['%4s|', ['é'], '  é|'],
    ['%q %', [], '%q %'],
    ['[%5%]', [], '[%]'],
    ['%s %s', ['only'], 'only '],
  ])('%j (%#)', (format, args, text) => {
    expect(formatPrintf(parseFormat(format), args)).toBe(text);
  });

  test('a width is bounded', () => {
    expect(formatPrintf(parseFormat('%999999999d'), [1n]).length).toBe(4096);
  });
});
