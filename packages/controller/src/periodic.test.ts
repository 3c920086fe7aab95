import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Periodic } from './periodic.ts';

test('goes on after an error, one turn after another, until it is stopped', async () => {
  const seen: string[] = [];
  const periodic: Periodic = new Periodic(
    1,
    async () => {
      seen.push('begin');
      await sleep(5);
      seen.push('end');
      if (seen.length === 2) throw new Error('the first');
    },
    (error) => seen.push(String(error)),
  );
  periodic.start();
  await expect.poll(() => seen.length).toBeGreaterThanOrEqual(7);
  await periodic.stop();
  const { length } = seen;
  expect(seen.slice(0, 5)).toEqual(['begin', 'end', 'Error: the first', 'begin', 'end']);
  expect(seen.at(-1)).toBe('end');
  await sleep(20);
  expect(seen).toHaveLength(length);
});
