import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayMs, dayOfSession, firstIdOfDay, newSessionId } from './session-id.ts';

const time = fc.integer({ min: 0, max: Date.UTC(2100, 0) });

test('an identifier lies among those of the day on which it was made', () => {
  fc.assert(
    fc.property(time, (at) => {
      const id = newSessionId(new Date(at));
      const day = Math.floor(at / dayMs);
      expect(dayOfSession(id)).toBe(day);
      expect(firstIdOfDay(day) <= id && id < firstIdOfDay(day + 1)).toBe(true);
    }),
  );
});

test('one of another version tells no day', () => {
  expect(dayOfSession('9b2c8f0e-5d1a-4c3b-8e7f-0a1b2c3d4e5f')).toBeUndefined();
});
