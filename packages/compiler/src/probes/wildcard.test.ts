import { expect, test } from 'vitest';
import { hasWildcard, matcher } from './wildcard.ts';

test.each([
  ['plain', 'plain', true],
  ['plain', 'plainer', false],
  ['', '', true],
  ['*', '', true],
  ['*', 'anything', true],
  ['sys_*', 'sys_enter', true],
  ['sys_*', 'xsys_enter', false],
  ['*_read*', 'sys_enter_readv', true],
  ['*a*b', 'xxaxxbxxb', true],
  ['*a*b', 'xxaxxbxxbx', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['a[b-d]e', 'ace', true],
  ['a[b-d]e', 'aee', false],
  ['a[!b-d]e', 'aee', true],
  ['a[!b-d]e', 'ace', false],
  ['a.c', 'abc', false],
  ['a[', 'a[', true],
])('%s matches %s: %s', (pattern, name, expected) => {
  expect(matcher(pattern)(name)).toBe(expected);
});

test('a hostile pattern is no slower than its length', () => {
  expect(matcher(`${'*a'.repeat(200)}b`)('a'.repeat(2000))).toBe(false);
});

test.each([
  ['a*', true],
  ['a?', true],
  ['a[b]', true],
  ['a_b', false],
])('%s has a wildcard: %s', (pattern, expected) => {
  expect(hasWildcard(pattern)).toBe(expected);
});
