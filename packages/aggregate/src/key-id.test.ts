import { expect, test } from 'vitest';
import { keyId } from './key-id.ts';
import { compareKeys } from './order.ts';
import type { Scalar } from './schema.ts';

const frame = (symbol: string, offset = 0) => ({ symbol, module: '', offset });

/** In order, and no two of them the same key. */
const keys: readonly (readonly Scalar[])[] = [
  [-1n],
  [1n],
  ['1'],
  ['[["a","",0]]'],
  ['a'],
  [[]],
  [[frame('a')]],
  [[frame('a'), frame('b')]],
  [[frame('a', 4)]],
  [[frame('b')]],
];

test('different keys have different identities and an order', () => {
  expect(new Set(keys.map(keyId)).size).toBe(keys.length);
  expect([...keys].reverse().sort(compareKeys)).toEqual(keys);
});

test('stacks with the same symbols are the same key', () => {
  expect(keyId([[frame('a', 4)], 2n])).toBe(keyId([[frame('a', 4)], 2n]));
});
