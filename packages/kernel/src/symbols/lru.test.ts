import { expect, test } from 'vitest';
import { Lru } from './lru.ts';

test('what was used last stays', () => {
  const lru = new Lru<string, number>(3);
  lru.set('a', 1);
  lru.set('b', 2, 2);
  expect(lru.get('a')).toBe(1);
  lru.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => lru.get(key))).toEqual([1, undefined, 3]);
});

test('one that is larger than all is kept alone', () => {
  const lru = new Lru<string, number>(3);
  lru.set('a', 1);
  lru.set('big', 2, 10);
  expect([lru.get('a'), lru.get('big'), lru.size]).toEqual([undefined, 2, 1]);
  lru.set('big', 3, 1);
  lru.set('b', 4, 2);
  expect([lru.get('big'), lru.get('b')]).toEqual([3, 4]);
});
