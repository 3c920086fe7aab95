import { expect, test } from 'vitest';
import { numberRanges, stagesOf } from './number-ranges.ts';

test('neighbours of one branch make a range', () => {
  expect(numberRanges([[3, 1, 2, 9], [4], [0, 10]])).toEqual([
    { first: 0, last: 0, branch: 2 },
    { first: 1, last: 3, branch: 0 },
    { first: 4, last: 4, branch: 1 },
    { first: 9, last: 9, branch: 0 },
    { first: 10, last: 10, branch: 2 },
  ]);
});

test('a number that comes again begins a stage, and no branch overtakes one with the same number', () => {
  const branch = (id: string, ...numbers: number[]) => ({ id, calls: new Map(numbers.map((n) => [n, ''])) });
  const stages = stagesOf([branch('a', 1, 2), branch('b', 2, 3), branch('c', 4), branch('d', 3), branch('e', 1)]);
  expect(stages.map((stage) => stage.map(({ id }) => id))).toEqual([['a', 'c'], ['b', 'e'], ['d']]);
});
