import { expect, test, vi } from 'vitest';
import { AtRest } from './at-rest.ts';

test('memory is given back once after each time that there was something to do', () => {
  let [now, busy] = [0, false];
  const release = vi.fn();
  const rest = new AtRest({ busy: () => busy, release, now: () => now });
  const look = (at: number) => {
    now = at;
    rest.look();
    return release.mock.calls.length;
  };
  expect([look(0), look(5_000), look(10_000), look(15_000)]).toEqual([0, 0, 1, 1]);
  busy = true;
  expect([look(20_000), look(40_000)]).toEqual([1, 1]);
  busy = false;
  expect([look(45_000), look(50_000), look(55_000), look(90_000)]).toEqual([1, 1, 2, 2]);
  rest.close();
});

test('what the release itself takes is not taken for work', () => {
  let [now, ran] = [0, 0];
  // As of a loop's use: how much ran since it was last asked.
  const busy = () => {
    const much = ran > 0;
    ran = 0;
    return much;
  };
  const release = vi.fn(() => {
    ran += 1;
  });
  const rest = new AtRest({ busy, release, now: () => now });
  for (; now < 120_000; now += 5_000) rest.look();
  expect(release).toHaveBeenCalledTimes(1);
  rest.close();
});
