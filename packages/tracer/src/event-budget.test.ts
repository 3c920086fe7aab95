import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TraceEvent } from './api.ts';
import { EventBudget } from './event-budget.ts';

const event: TraceEvent = { at: 1n, type: 'printf', text: 'x', values: [] };

/** A ring that holds so many events; `prints` of them come on top of any limit. */
class Ring {
  held = 0;
  prints = 0;
  drain(limit = Number.POSITIVE_INFINITY): TraceEvent[] {
    const taken = Math.min(this.held, limit);
    const all = taken + this.prints;
    this.held -= taken;
    this.prints = 0;
    return Array.from({ length: all }, () => event);
  }
}

class SkippingRing extends Ring {
  skip(limit: number): number {
    return this.drain(limit).length;
  }
}

test('no second has more than its events, whatever came when, and none is forgotten', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 50 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 0, max: 80 }), fc.nat({ max: 5 })), {
        maxLength: 60,
      }),
      fc.integer({ min: 1, max: 100 }),
      fc.boolean(),
      (perSecond, arrivals, limit, skips) => {
        const ring = skips ? new SkippingRing() : new Ring();
        const budget = new EventBudget(() => perSecond, 5_000);
        const taken = new Map<number, number>();
        let now = 5_000;
        let came = 0;
        let out = 0;
        for (const [later, events, prints] of arrivals) {
          now += later;
          ring.held += events;
          ring.prints += prints;
          came += events + prints;
          const drained = budget.drain(ring, limit, now);
          out += drained.sampledOut;
          const second = Math.floor((now - 5_000) / 1_000);
          taken.set(second, (taken.get(second) ?? 0) + drained.events.length);
        }
        expect(Math.max(0, ...taken.values())).toBeLessThanOrEqual(perSecond);
        const kept = [...taken.values()].reduce((sum, each) => sum + each, 0);
        expect(kept + out + ring.held + ring.prints).toBe(came);
      },
    ),
  );
});

test('a limit that is lowered or lifted holds at once', () => {
  let limit: number | null = 10;
  const ring = new Ring();
  const budget = new EventBudget(() => limit, 0);
  const drain = (held: number) => {
    ring.held = held;
    return budget.drain(ring, 1_000, 1).events.length;
  };
  expect(drain(8)).toBe(8);
  limit = 9;
  expect(drain(8)).toBe(1);
  limit = 5;
  expect(drain(8)).toBe(0);
  limit = null;
  expect(drain(800)).toBe(800);
});
