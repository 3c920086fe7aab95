import { expect, test } from 'vitest';
import { memoryShortage } from './memory-shortage.ts';

const gib = 1024 ** 3;

test.each([
  [16 * gib, 0, null],
  [3 * gib, 0, null],
  [3 * gib - 1, 0, 'it needs 1536 MiB of memory, and 1535 MiB are free.'],
  [4 * gib, 1, 'it needs 1536 MiB of memory, and 1024 MiB are free.'],
  [gib, 0, 'it needs 1536 MiB of memory, and 0 MiB are free.'],
])('of %i bytes, with %i guests booting: %s', (available, booting, reason) => {
  expect(memoryShortage(available, booting)).toBe(reason);
});
