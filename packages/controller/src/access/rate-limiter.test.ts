import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimiter } from './rate-limiter.ts';

describe('RateLimiter', () => {
  it('lets a burst through, then one at a time, each key for itself', () => {
    const limiter = new RateLimiter({ perSecond: 10, burst: 2 });
    expect([limiter.take('a', 0), limiter.take('a', 0), limiter.take('a', 0)]).toEqual([0, 0, 100]);
    expect(limiter.take('b', 0)).toBe(0);
    expect(limiter.take('a', 99)).toBe(1);
    expect(limiter.take('a', 100)).toBe(0);
    expect(limiter.take('a', 100)).toBe(100);
  });

  it('never lets more through than burst and rate add up to, and says when to come back', () => {
    const gaps = fc.array(fc.nat(500), { maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), (steps, perSecond, burst) => {
        const limiter = new RateLimiter({ perSecond, burst });
        let now = 0;
        let passed = 0;
        for (const step of steps) {
          now += step;
          const waitMs = limiter.take('a', now);
          passed += waitMs === 0 ? 1 : 0;
          expect(passed).toBeLessThanOrEqual(burst + (now * perSecond) / 1_000 + 1e-6);
          if (waitMs > 0) {
            now += waitMs;
            expect(limiter.take('a', now)).toBe(0);
            passed += 1;
          }
        }
      }),
    );
  });
});
