import { expect, test } from 'vitest';
import { headingAbove, PrintedHeading } from './printed-heading.ts';

test.each([
  ['1234    bash             /etc/passwd\n', ['pid', 'comm', 'path'], 'PID     COMM             PATH'],
  ['npm exec tsc -p  12     sh -c tsc\n', ['comm', 'pid', 'arguments'], 'COMM             PID    ARGUMENTS'],
  ['1 x a file with spaces\n', ['pid', 'comm', 'path'], 'PID COMM PATH'],
  ['1\n', ['pid', 'comm'], 'PID COMM'],
])('above %j', (line, columns, heading) => {
  expect(headingAbove(line, columns)).toBe(heading);
});

test.each([
  ['1  select 1\n  from a;\n\n', '1  select 1 from a;\n'],
  ['1  select 1\n', '1  select 1\n'],
  ['1  sh   \n', '1  sh\n'],
])('%j is one row of a table, and as it is without columns', (text, row) => {
  const printed = { type: 'printf', text };
  expect(new PrintedHeading(['pid', 'query']).row(printed).text).toBe(row);
  expect(new PrintedHeading(undefined).row(printed)).toBe(printed);
});

test('comes once, above the first line that has something in it, and behind the name of a node', () => {
  const heading = new PrintedHeading(['pid', 'comm']);
  expect(heading.before({ type: 'map', text: '@: 1\n' })).toBe('');
  expect(heading.before({ type: 'printf', text: '\n' })).toBe('');
  expect(heading.before({ type: 'printf', node: 'web-1', text: '1  sh\n' }, true)).toBe('       PID COMM\n');
  expect(heading.before({ type: 'printf', node: 'web-1', text: '1  sh\n' }, true)).toBe('');
});
