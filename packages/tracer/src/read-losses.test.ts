import { CounterSlot } from '@bpfleet/compiler';
import { expect, test } from 'vitest';
import { lossesOf } from './read-losses.ts';

function counters(values: Partial<Record<keyof typeof CounterSlot, bigint>>): bigint[] {
  const list: bigint[] = [];
  for (const [name, slot] of Object.entries(CounterSlot)) list[slot] = values[name as keyof typeof CounterSlot] ?? 0n;
  return list;
}

const nothing = { kernel: 0n, sampledOut: 0n, truncated: 0n, evicted: 0n, mapFull: 0n };

test.each([
  ['nothing', counters({}), 0n, 0n, nothing],
  ['no counters at all', [], 0n, 0n, nothing],
  ['full rings', counters({ ringFull: 2n, controlFull: 3n }), 0n, 0n, { ...nothing, kernel: 5n }],
  ['records nobody understands, runs skipped', counters({}), 1n, 4n, { ...nothing, kernel: 5n }],
  ['full maps', counters({ mapFull: 7n }), 0n, 0n, { ...nothing, mapFull: 7n }],
  ['strings cut or unreadable', counters({ truncated: 1n, readFailed: 2n }), 0n, 0n, { ...nothing, truncated: 3n }],
])('%s', (_name, list, unreadable, skipped, expected) => {
  expect(lossesOf(list, unreadable, skipped)).toEqual(expected);
});
