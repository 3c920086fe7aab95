import { expect, test } from 'vitest';
import { ClockOffset } from './clock-offset.ts';

/** A peer `ahead` ms ahead of us, `there` and `back` ms away. */
const sample = (ahead: number, there: number, back: number) => ({
  sent: 1_000,
  received: 1_000 + there + ahead,
  answered: 1_010 + there + ahead,
  arrived: 1_010 + there + back,
});

test.each([
  ['none yet', [], 0],
  ['a symmetric way says it exactly', [sample(70, 5, 5)], 70],
  ['an uneven way is off by half the difference', [sample(70, 5, 15)], 65],
  ['one outlier does not count', [sample(70, 5, 5), sample(70, 5, 900), sample(70, 5, 5)], 70],
  ['only the last five count', [...Array(5).fill(sample(0, 1, 1)), ...Array(5).fill(sample(-30, 1, 1))], -30],
  ['two samples: their mean', [sample(10, 1, 1), sample(20, 1, 1)], 15],
  ['a clock that went backwards in between is no sample', [{ sent: 10, received: 5, answered: 5, arrived: 9 }], 0],
])('%s', (_name, samples, expected) => {
  const offset = new ClockOffset();
  for (const each of samples) offset.add(each);
  expect(offset.ms).toBe(expected);
});
