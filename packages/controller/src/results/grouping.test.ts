import { expect, it } from 'vitest';
import { labelOf } from './grouping.ts';

const node = { name: 'web-1', arch: 'arm64', kernel: '6.1.0-56', labels: { zone: 'a', arch: 'mine' } };

it.each([
  ['zone', 'a'],
  ['rack', ''],
  ['constructor', ''],
  ['arch', 'arm64'],
  ['kernel', '6.1.0-56'],
  ['name', 'web-1'],
])('label %s', (label, value) => {
  expect(labelOf(node, label)).toBe(value);
});
