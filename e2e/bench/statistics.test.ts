import { expect, test } from 'vitest';
import { percentile, spread } from './statistics.ts';

test.each([
  [[5], { median: 5, low: 5, high: 5, samples: 1 }],
  [[3, 1, 2], { median: 2, low: 1, high: 3, samples: 3 }],
  [[10, 9, 1, 2], { median: 5.5, low: 1, high: 10, samples: 4 }],
])('of %o', (samples, expected) => {
  expect(spread(samples)).toEqual(expected);
});

test('of nothing there is none', () => {
  expect(() => spread([])).toThrow('nothing was measured');
});

test.each([
  [0.5, 50],
  [0.95, 95],
  [0.99, 99],
  [1, 100],
  [0, 1],
])('the %d-quantile of 1 to 100', (share, expected) => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(samples, share)).toBe(expected);
});
