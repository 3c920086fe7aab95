import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { loopBusy } from './loop-busy.ts';

test('a process is busy by what it ran since it was asked', async () => {
  const busy = loopBusy(0.5);
  busy();
  const end = performance.now() + 30;
  while (performance.now() < end);
  await sleep(1);
  expect(busy()).toBe(true);
  // A loaded machine makes it wait, which is no work of its own.
  await sleep(100);
  expect(busy()).toBe(false);
});
