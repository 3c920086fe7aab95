import { expect, test } from 'vitest';
import { AmountError, formatBytes, formatShare, parseBytes, parseRate, parseShare } from './amount.ts';

test.each([
  ['4096', 4096],
  ['1KiB', 1024],
  ['16MiB', 16 * 1024 ** 2],
  ['1GiB', 1024 ** 3],
])('%s', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
  expect(parseBytes(formatBytes(bytes))).toBe(bytes);
});

test.each([
  ['1%', 0.01],
  ['0.5%', 0.005],
  ['100%', 1],
])('%s', (text, share) => {
  expect(parseShare(text)).toBeCloseTo(share, 9);
});

test.each([
  [0.0312, '3.1 %'],
  [0.01, '1 %'],
  [0.00002, '0.002 %'],
  [0, '0 %'],
  [1e-12, '0 %'],
])('%f is %s', (share, text) => {
  expect(formatShare(share)).toBe(text);
});

test('10000/s', () => {
  expect(parseRate('10000/s')).toBe(10_000);
});

test.each([
  ...['', '0', 'much', '-1', '1TiB', '1.5MiB', '999999999999GiB'].map((text) => [text, parseBytes] as const),
  ...['', '1', '0%', '101%', '-1%', '1e1%', 'a%'].map((text) => [text, parseShare] as const),
  ...['', '5', '0/s', '1/m', '-1/s', '1e3/s', '9999999999/s'].map((text) => [text, parseRate] as const),
])('"%s" is refused by %o', (text, parse) => {
  expect(() => parse(text)).toThrow(AmountError);
});
