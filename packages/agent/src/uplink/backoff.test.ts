import { expect, test } from 'vitest';
import { backoffMs, reconnectBackoff } from './backoff.ts';

test.each([
  [1, 0, 200],
  [2, 0, 400],
  [5, 0, 3_200],
  [6, 0, 5_000],
  [1_000, 0, 5_000],
  [1, 0.999999, 100],
  [1_000, 0.5, 3_750],
])('after %i failures, random %f: %i ms', (failures, random, expected) => {
  expect(backoffMs(reconnectBackoff, failures, random)).toBe(expected);
});
