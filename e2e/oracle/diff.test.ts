import { expect, test } from 'vitest';
import { diff } from './diff.ts';

test.each([
  ['a\nb\nc', 'a\nb\nc', []],
  ['a\nb\nc', 'a\nc', ['- b']],
  ['a\nc', 'a\nb\nc', ['+ b']],
  ['a\nb', 'a\nx', ['- b', '+ x']],
  ['', 'x', ['- ', '+ x']],
])('%j and %j', (theirs, ours, expected) => {
  expect(diff(theirs, ours, 10)).toEqual(expected);
});

test('no more lines than wanted', () => {
  expect(diff('a\nb\nc', 'x', 2)).toEqual(['- a', '- b', '  ... 2 more']);
});
