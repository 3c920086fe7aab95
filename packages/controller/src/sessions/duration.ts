import { parseDuration } from '@bpfleet/runtime';
import { Problem } from '../problem/problem.ts';

export interface DurationBounds {
  readonly min: number;
  readonly max: number;
}

/** Parses `10s`, `500ms`, `1h` into milliseconds. Throws `invalid_duration` that points at the member it came from. */
export function duration(text: string, pointer: string, bounds: DurationBounds): number {
  const hint = 'Write it as a number and a unit: 500ms, 10s, 5m, 1h.';
  let ms: number;
  try {
    ms = parseDuration(text);
  } catch {
    throw new Problem('invalid_duration', `${JSON.stringify(text)} is not a duration.`, { pointer, hint });
  }
  return checkDuration(ms, text, pointer, bounds);
}

/** Throws `invalid_duration` where `ms` is out of bounds; `text` is how the caller wrote it. */
export function checkDuration(ms: number, text: string, pointer: string, bounds: DurationBounds): number {
  if (!Number.isFinite(ms) || ms < bounds.min || ms > bounds.max) {
    const range = `from ${bounds.min} ms to ${bounds.max / 1000} s`;
    throw new Problem('invalid_duration', `The duration ${text} is out of range: ${range} is possible.`, { pointer });
  }
  return Math.round(ms);
}
