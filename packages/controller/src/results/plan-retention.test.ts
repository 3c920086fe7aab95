import { describe, expect, it } from 'vitest';
import { dayMs } from '../sessions/session-id.ts';
import { planRetention } from './plan-retention.ts';

const today = 20_000;
const now = new Date(today * dayMs + 1);
const days = (...sizes: [number, number][]) => sizes.map(([ago, bytes]) => ({ day: today - ago, bytes }));

describe('what of the results goes', () => {
  it.each([
    ['nothing that is young and small', days([3, 10], [0, 10]), [], []],
    ['what is older than the days that are kept', days([8, 10], [7, 10], [0, 10]), [], [[8, 'age']]],
    ['the oldest first until the rest fits', days([3, 50], [2, 50], [1, 50], [0, 10]), [], [[3, 'size']]],
    [
      'of age and size together',
      days([9, 50], [2, 50], [1, 80], [0, 10]),
      [],
      [
        [9, 'age'],
        [2, 'size'],
      ],
    ],
    ['never today, however large', days([1, 10], [0, 500]), [], [[1, 'size']]],
    ['no day of a session that goes on', days([9, 90], [8, 90], [0, 1]), [9], [[8, 'age']]],
    ['nothing of the future, whose clock is wrong', days([-3, 500]), [], []],
  ] as const)('%s', (_, stored, unfinished, gone) => {
    const expiries = planRetention(
      stored,
      new Set(unfinished.map((ago) => today - ago)),
      { days: 7, gibibytes: 120 / 2 ** 30 },
      now,
    );
    expect(expiries.map(({ day, why }) => [today - day, why])).toEqual(gone);
  });
});
