import { describe, expect, test } from 'vitest';
import { type GivenCourse, plainCourse, readCourse } from './course.ts';

const now = Date.UTC(2026, 0, 1);

describe('which nodes, and in what order', () => {
  test('all at once where nothing is said', () => {
    expect(readCourse({}, now)).toEqual(plainCourse);
  });

  test.each<[GivenCourse, string]>([
    [{ seed: 'x' }, '/seed'],
    [{ sample: '1', seed: 'x'.repeat(65) }, '/seed'],
    [{ sample: 'x'.repeat(100) }, '/sample'],
    [{ late: true, sample: '10%' }, '/late'],
    [{ startAt: now }, '/startAt'],
    [{ startAt: now + 3_600_001 }, '/startAt'],
    [{ startAt: now + 1, rollout: { canary: '1', soakMs: 0, maxFailures: 0 } }, '/startAt'],
    [{ rollout: { canary: '', soakMs: 0, maxFailures: 0 } }, '/rollout/canary'],
  ])('%j is refused', (given, pointer) => {
    expect(() => readCourse(given, now)).toThrow(
      expect.objectContaining({ name: 'Problem', details: expect.objectContaining({ pointer }) }),
    );
  });
});
