import { describe, expect, test } from 'vitest';
import { WallClock } from './clock.ts';

describe('WallClock', () => {
  const start = { monotonicNs: 5_000_000_000n, wallMs: 1_700_000_000_000 };

  test.each([
    ['keeps its offset while the clocks agree within 2 ms', 1n, 0n],
    ['follows a wall clock that is set forward', 60_000n, 60_000n],
    ['follows a wall clock that is set back', -60_000n, -60_000n],
  ])('%s', (_name, stepMs, shiftMs) => {
    let reading = start;
    const clock = new WallClock(() => reading);
    expect(clock.toWallNs(5_000_000_123n)).toBe(1_700_000_000_000_000_123n);
    reading = { monotonicNs: 6_000_000_000n, wallMs: 1_700_000_001_000 + Number(stepMs) };
    clock.refresh();
    expect(clock.toWallNs(5_000_000_123n)).toBe(1_700_000_000_000_000_123n + shiftMs * 1_000_000n);
  });
});
