import { expect, test } from 'vitest';
import { mergeByName, mergeText } from './merge-by-name.ts';

test.each([
  ['', 'sum'],
  ['bytes', 'sum'],
  ['timestamps', 'sum'],
  ['min', 'min'],
  ['max_time', 'max'],
  ['wait_max', 'max'],
  ['minor', 'sum'],
  ['climax', 'sum'],
  ['pid', 'last'],
  ['stack_id', 'last'],
  ['last_sector', 'last'],
  ['session_start_ts', 'last'],
  ['kern_stack', 'last'],
  ['ustack', 'last'],
  ['kern_stack_size', 'sum'],
  ['rapid', 'sum'],
  ['report', 'sum'],
])('a number that is called %s merges by %s', (name, merge) => expect(mergeByName(name)).toBe(merge));

test('what does not add up is told, with what a manifest says instead', () => {
  expect(mergeText('sum', 'map m', 'm', '')).toBeNull();
  expect(mergeText('last', 'variable pid', 'pid', '')).toBe(
    'variable pid is no quantity, by its name: the newest wins; a manifest may say otherwise (outputs: {pid: {merge: sum}})',
  );
});
