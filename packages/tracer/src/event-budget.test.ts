import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventBudget } from './event-budget.ts';

test('no second has more than its events, whatever came when', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 50 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 0, max: 80 })), { maxLength: 60 }),
      (perSecond, arrivals) => {
        const budget = new EventBudget(() => perSecond, 5_000);
        const taken = new Map<number, number>();
        let now = 5_000;
        for (const [later, events] of arrivals) {
          now += later;
          const admitted = Math.min(events, budget.left(now));
          budget.take(admitted);
          const second = Math.floor((now - 5_000) / 1_000);
          taken.set(second, (taken.get(second) ?? 0) + admitted);
        }
        expect(Math.max(0, ...taken.values())).toBeLessThanOrEqual(perSecond);
      },
    ),
  );
});

test('a limit that is lifted or lowered holds at once', () => {
  let limit: number | null = 10;
  const budget = new EventBudget(() => limit, 0);
  budget.take(8);
  expect(budget.left(1)).toBe(2);
  limit = 5;
  expect(budget.left(2)).toBe(0);
  limit = null;
  expect(budget.left(3)).toBe(Number.POSITIVE_INFINITY);
});
