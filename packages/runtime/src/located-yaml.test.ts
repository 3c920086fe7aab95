import { expect, test } from 'vitest';
import { readLocatedYaml } from './located-yaml.ts';

const text = 'name: a\nlist:\n  - x: 1\n  - y: 2\n';

test('content and places', () => {
  const read = readLocatedYaml(text);
  if ('problems' in read) throw new Error('it has problems');
  expect(read.content).toEqual({ name: 'a', list: [{ x: 1 }, { y: 2 }] });
  expect(read.placeOf(['list', 1, 'y'])).toEqual({ line: 4, column: 5 });
  expect(read.placeOf(['list', 7, 'y'])).toEqual({ line: 2, column: 1 });
  expect(read.placeOf([])).toEqual({ line: 1, column: 1 });
});

test.each([
  ['a: [\n', /./],
  ['a: 1\na: 2\n', /unique/],
  ['a: &x 1\nb: *x\n', /aliases/],
])('%j is refused', (source, message) => {
  const read = readLocatedYaml(source);
  expect('problems' in read && read.problems[0]?.message).toMatch(message);
});
