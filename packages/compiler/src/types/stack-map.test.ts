import { expect, test } from 'vitest';
import { spilledFrom, stackMapSpecs } from './stack-map.ts';

test.each([
  [1, 65_536],
  [20, 32_768],
  [40, 16_384],
  [127, 8_192],
])('stacks of %i frames: room for %i and half as many that found theirs taken, in 16 MiB', (depth, stacks) => {
  const specs = stackMapSpecs({ user: false, depth });
  expect(specs.map(({ maxEntries }) => maxEntries)).toEqual([stacks, stacks / 2]);
  expect(spilledFrom({ user: false, depth })).toBe(stacks);
  const bytes = specs.reduce((sum, { maxEntries, valueSize }) => sum + maxEntries * (valueSize + 24), 0);
  expect(bytes).toBeLessThanOrEqual(16 * 1024 * 1024);
});
