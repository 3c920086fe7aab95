import { expect, test } from 'vitest';
import { RunningClock } from './running-clock.ts';

/** At each time a beat, every 100 ms when all is well; the clock afterwards. */
test.each([
  ['no beat yet', [], 50, 50],
  ['in time', [100, 200], 250, 250],
  ['a little early', [90, 180], 200, 200],
  ['away for a second', [100, 1_200], 1_250, 250],
  ['away twice', [100, 1_200, 1_300, 2_400], 2_400, 400],
])('%s', (_name, beats, at, expected) => {
  let time = 0;
  const clock = new RunningClock(100, () => time);
  for (const beat of beats) {
    time = beat;
    clock.beat();
  }
  time = at;
  expect(clock.now()).toBe(expected);
});
