import { expect, test } from 'vitest';
import { stackMapSpec } from './stack-map.ts';

test.each([
  [1, 65_536],
  [20, 65_536],
  [40, 32_768],
  [127, 8_192],
])('stacks of %i frames: room for %i, in 16 MiB', (depth, stacks) => {
  const { maxEntries, valueSize } = stackMapSpec({ user: false, depth });
  expect(maxEntries).toBe(stacks);
  expect(maxEntries * (valueSize + 24)).toBeLessThanOrEqual(16 * 1024 * 1024);
});
