import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { formatTime } from './format-time.ts';

const letters = [...'aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYz%'];

/** GNU date writes times by strftime's rules. */
describe('formatTime', () => {
  test.each([
    ...['2024-01-01T00:00:00Z', '2024-02-29T12:34:56Z', '2024-12-30T23:59:59Z', '2023-01-01T11:05:09Z'],
    ...['2021-01-03T13:00:00Z', '2020-12-31T12:00:00Z', '1999-07-04T03:02:01Z', '2026-11-25T22:36:00Z'],
  ])('%s', (at) => {
    const format = letters.map((letter) => `[%${letter}]`).join('');
    const expected = execFileSync('date', ['-d', at, `+${format}`], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    });
    expect(formatTime(format, Date.parse(at))).toBe(expected.slice(0, -1));
  });

  test('microseconds, and what is no conversion', () => {
    expect(formatTime('%f %q %', 1500)).toBe('%f %q %');
    expect(formatTime('%S.%f', 0, 1_234_567)).toBe('00.001234');
  });
});
