import { noLoss } from '@bpfleet/aggregate';
import { CounterSlot } from '@bpfleet/compiler';
import { expect, test } from 'vitest';
import { lossesOf } from './read-losses.ts';

function counters(values: Partial<Record<keyof typeof CounterSlot, bigint>>): bigint[] {
  const list: bigint[] = [];
  for (const [name, slot] of Object.entries(CounterSlot)) list[slot] = values[name as keyof typeof CounterSlot] ?? 0n;
  return list;
}

const nothing = noLoss();

test.each([
  ['nothing', counters({}), 0n, 0n, nothing],
  ['no counters at all', [], 0n, 0n, nothing],
  ['full rings', counters({ ringFull: 2n, controlFull: 3n }), 0n, 0n, { ...nothing, kernel: 5n }],
  ['records nobody understands, runs skipped', counters({}), 1n, 4n, { ...nothing, kernel: 5n }],
  ['full maps', counters({ mapFull: 7n }), 0n, 0n, { ...nothing, mapFull: 7n }],
  ['strings cut, stacks lost', counters({ truncated: 1n, stackLost: 2n }), 0n, 0n, { ...nothing, truncated: 3n }],
  ['memory that was not there', counters({ readFailed: 2n }), 0n, 0n, { ...nothing, readFailed: 2n }],
])('%s', (_name, list, unreadable, skipped, expected) => {
  expect(lossesOf(list, unreadable, skipped)).toEqual(expected);
});
