import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DueDecision, decideDue, lateMs, type MissedPolicy } from './decide-due.ts';
import { type Activity, decideOverlap, type OverlapDecision, type OverlapPolicy } from './decide-overlap.ts';
import type { Timing } from './timing.ts';

const minute = 60_000;
const every: Timing = { kind: 'every', everyMs: 10 * minute, anchor: 0 };
const at = (minutes: number) => minutes * minute;

describe('decideDue', () => {
  it.each<[string, Timing, number, number, MissedPolicy, DueDecision]>([
    ['nothing is due yet', every, at(10), at(9), 'skip', { run: null, missed: null, next: at(10) }],
    ['in time', every, at(10), at(10), 'skip', { run: at(10), missed: null, next: at(20) }],
    ['a little late', every, at(10), at(10) + lateMs, 'skip', { run: at(10), missed: null, next: at(20) }],
    [
      'too late',
      every,
      at(10),
      at(10) + lateMs + 1,
      'skip',
      { run: null, missed: { first: at(10), last: at(10) }, next: at(20) },
    ],
    ['too late, and yet', every, at(10), at(15), 'run-once', { run: at(10), missed: null, next: at(20) }],
    [
      'several missed',
      every,
      at(10),
      at(35),
      'skip',
      { run: null, missed: { first: at(10), last: at(30) }, next: at(40) },
    ],
    [
      'several missed, one run',
      every,
      at(10),
      at(35),
      'run-once',
      { run: at(30), missed: { first: at(10), last: at(20) }, next: at(40) },
    ],
    [
      'several missed, one in time',
      every,
      at(10),
      at(30),
      'skip',
      { run: at(30), missed: { first: at(10), last: at(20) }, next: at(40) },
    ],
    ['once, in time', { kind: 'at', at: at(5) }, at(5), at(5), 'skip', { run: at(5), missed: null, next: null }],
    [
      'once, missed',
      { kind: 'at', at: at(5) },
      at(5),
      at(7),
      'skip',
      { run: null, missed: { first: at(5), last: at(5) }, next: null },
    ],
    ['once, late', { kind: 'at', at: at(5) }, at(5), at(7000), 'run-once', { run: at(5), missed: null, next: null }],
  ])('%s', (_, timing, due, now, policy, expected) => {
    expect(decideDue(timing, due, now, policy)).toEqual(expected);
  });

  it('runs no instant twice, whatever the clock does, and none before its time', () => {
    const timings = fc.constantFrom<Timing>(
      every,
      { kind: 'cron', cron: '*/20 * * * *', timeZone: 'Europe/Berlin' },
      { kind: 'cron', cron: '30 2 * * *', timeZone: 'Europe/Berlin' },
    );
    // Steps of the clock, minutes; it is also set back.
    const steps = fc.array(fc.integer({ min: -180, max: 1440 }), { maxLength: 40 });
    fc.assert(
      fc.property(timings, fc.constantFrom<MissedPolicy>('run-once', 'skip'), steps, (timing, policy, walk) => {
        let now = Date.UTC(2026, 9, 24);
        let due: number | null = decideDue(timing, 0, now, 'skip').next;
        const runs: number[] = [];
        for (const step of walk) {
          now += at(step);
          if (due === null) break;
          const decision = decideDue(timing, due, now, policy);
          if (decision.run !== null) {
            expect(decision.run).toBeLessThanOrEqual(now);
            runs.push(decision.run);
          }
          expect(decision.next ?? Infinity).toBeGreaterThan(now);
          expect(decision.next ?? Infinity).toBeGreaterThanOrEqual(due);
          due = decision.next;
        }
        expect(runs).toEqual([...new Set(runs)].sort((a, b) => a - b));
      }),
    );
  });
});

describe('decideOverlap', () => {
  const starting = { state: 'starting' } as const;
  const skipped = { state: 'skipped', reason: expect.any(String) };
  const free = { running: false, waiting: false };
  const running = { running: true, waiting: false };
  const full = { running: true, waiting: true };
  it.each<[OverlapPolicy, Activity, OverlapDecision | object]>([
    ['skip', free, starting],
    ['queue', free, starting],
    ['replace', free, starting],
    ['skip', running, skipped],
    ['queue', running, { state: 'waiting' }],
    ['replace', running, starting],
    ['queue', full, skipped],
    // What waits goes first.
    ['queue', { running: false, waiting: true }, skipped],
  ])('%s with %j', (policy, activity, expected) => {
    expect(decideOverlap(policy, activity)).toEqual(expected);
  });
});
