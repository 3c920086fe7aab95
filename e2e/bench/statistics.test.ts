import { expect, test } from 'vitest';
import { spread } from './statistics.ts';

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
