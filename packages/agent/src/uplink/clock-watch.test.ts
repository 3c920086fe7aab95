import { createLogger } from '@bpfleet/runtime';
import { expect, test, vi } from 'vitest';
import { ClockWatch } from './clock-watch.ts';

test.each([
  ['a second behind', [[1_000, 0]], []],
  ['an hour behind', [[3_600_000, 0]], [/clock is 3600 s behind the controller's/]],
  ['an hour ahead', [[-3_600_000, 0]], [/clock is 3600 s ahead of the controller's/]],
  [
    'for half an hour: once',
    [
      [60_000, 0],
      [60_000, 1_800_000],
    ],
    [/60 s behind/],
  ],
  [
    'for two hours: again',
    [
      [60_000, 0],
      [60_000, 7_200_000],
    ],
    [/60 s behind/, /60 s behind/],
  ],
] as [string, [number, number][], RegExp[]][])('%s', (_, notes, told) => {
  const log = createLogger({ name: 'agent', level: 'silent' });
  const warn = vi.spyOn(log, 'warn');
  const watch = new ClockWatch(log);
  for (const [offsetMs, now] of notes) watch.note(offsetMs, now);
  expect(warn.mock.calls.map(([, message]) => message)).toEqual(told.map((each) => expect.stringMatching(each)));
});
