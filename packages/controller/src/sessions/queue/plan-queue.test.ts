import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Admitted, planQueue, type Waiting } from './plan-queue.ts';

const capacity = { slots: 2, overhead: 0.05 };
const now = 1_000;
const admitted = (id: string, nodes: string, until: number, over: Partial<Admitted> = {}): Admitted => ({
  id,
  nodes: [...nodes],
  overhead: 0,
  exclusive: [],
  until,
  ...over,
});
const waiting = (id: string, nodes: string, durationMs: number, over: Partial<Waiting> = {}): Waiting => ({
  id,
  nodes: [...nodes],
  overhead: 0,
  exclusive: [],
  durationMs,
  ...over,
});
const counters = { exclusive: ['hardware counters'] };

describe('turns', () => {
  test.each<[string, Admitted[], Waiting[], number[]]>([
    ['nothing runs', [], [waiting('x', 'ab', 10)], [now]],
    ['a place is left', [admitted('a', 'a', 1_500)], [waiting('x', 'a', 10)], [now]],
    ['none is', [admitted('a', 'a', 1_500), admitted('b', 'a', 1_300)], [waiting('x', 'a', 10)], [1_300]],
    [
      'on another node there is',
      [admitted('a', 'a', 1_500), admitted('b', 'a', 1_300)],
      [waiting('x', 'b', 10)],
      [now],
    ],
    [
      'all nodes at once',
      [admitted('a', 'a', 1_500), admitted('b', 'a', 1_300), admitted('c', 'b', 1_900)],
      [waiting('x', 'ab', 10)],
      [1_300],
    ],
    [
      'a short one goes before where it delays nobody',
      [admitted('a', 'a', 1_500), admitted('b', 'a', 1_300), admitted('c', 'b', 1_900)],
      [waiting('large', 'ab', 1_000), waiting('small', 'b', 300)],
      [1_300, now],
    ],
    [
      'and not where it would',
      [admitted('a', 'a', 1_500), admitted('b', 'a', 1_300), admitted('c', 'b', 1_900)],
      [waiting('large', 'ab', 1_000), waiting('small', 'b', 301)],
      [1_300, 1_900],
    ],
    ['one has the counters', [admitted('a', 'a', 1_500, counters)], [waiting('x', 'a', 10, counters)], [1_500]],
    ['another needs none', [admitted('a', 'a', 1_500, counters)], [waiting('x', 'a', 10)], [now]],
    [
      'the budget is spent',
      [admitted('a', 'a', 1_500, { overhead: 0.04 })],
      [waiting('x', 'a', 10, { overhead: 0.02 }), waiting('y', 'a', 10, { overhead: 0.01 })],
      [1_500, now],
    ],
    ['more than the budget, alone', [], [waiting('x', 'a', 10, { overhead: 0.5 })], [now]],
    [
      'more than the budget, after another',
      [admitted('a', 'a', 1_500, { overhead: 0.01 })],
      [waiting('x', 'a', 10, { overhead: 0.5 })],
      [1_500],
    ],
  ])('%s', (_, running, queue, times) => {
    expect(planQueue(running, queue, capacity, now).map(({ startsAt }) => startsAt)).toEqual(times);
  });

  test.each([
    [[admitted('a', 'a', 1_500), admitted('b', 'a', 1_300)], waiting('x', 'a', 10), 'a place on a node, of 2'],
    [
      [admitted('a', 'a', 1_500, counters)],
      waiting('x', 'a', 10, counters),
      'hardware counters, which one session has at a time',
    ],
    [
      [admitted('a', 'a', 1_500, { overhead: 0.05 })],
      waiting('x', 'a', 10, { overhead: 0.01 }),
      "a node's budget of CPU time",
    ],
    [[], waiting('x', 'a', 10), null],
  ])('what it waits for', (running, session, waitsFor) => {
    expect(planQueue(running, [session], capacity, now)[0]?.waitsFor).toBe(waitsFor);
  });
});

const demand = {
  nodes: fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
  overhead: fc.constantFrom(0, 0.01, 0.02, 0.05),
  exclusive: fc.subarray(['x', 'y']),
};
const queue = fc
  .array(fc.record({ ...demand, durationMs: fc.integer({ min: 1, max: 50 }) }), { maxLength: 12 })
  .map((sessions) => sessions.map((session, index) => ({ id: String(index), ...session })));

test('nodes never give more than they have, and nobody is delayed by one after it', () => {
  fc.assert(
    fc.property(queue, (sessions) => {
      const turns = planQueue([], sessions, capacity, now);
      const running = (at: number, node: string) =>
        sessions.filter(({ nodes, durationMs }, index) => {
          const from = turns[index]?.startsAt ?? 0;
          return nodes.includes(node) && from <= at && at < from + durationMs;
        });
      for (const { startsAt } of turns) {
        for (const node of ['a', 'b', 'c']) {
          const beside = running(startsAt, node);
          expect(beside.length).toBeLessThanOrEqual(capacity.slots);
          expect(beside.reduce((sum, { overhead }) => sum + overhead, 0)).toBeLessThan(capacity.overhead + 1e-4);
          for (const resource of ['x', 'y']) {
            expect(beside.filter(({ exclusive }) => exclusive.includes(resource)).length).toBeLessThanOrEqual(1);
          }
        }
      }
      expect(planQueue([], sessions.slice(0, -1), capacity, now)).toEqual(turns.slice(0, -1));
    }),
  );
});
