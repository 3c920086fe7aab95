import { expect, test } from 'vitest';
import { nodesToAsk } from './nodes-to-ask.ts';

const node = (kernel: string, arch = 'x64', online = true) => ({ kernel, arch, online });
const [a, b, c, d] = [node('6.1'), node('6.1'), node('6.1', 'arm64'), node('5.10')];

test.each([
  ['all of few', [a, b, c, d], 9, [a, c, d, b]],
  ['one of each kind first', [a, b, c, d], 3, [a, c, d]],
  ['none that is offline', [node('6.1', 'x64', false), b], 9, [b]],
  ['none of none', [], 9, []],
])('%s', (_, nodes, most, asked) => {
  expect(nodesToAsk(nodes, most)).toEqual(asked);
});
