/** A text that is no duration. */
export class DurationError extends Error {
  override readonly name = 'DurationError';

  constructor(text: string) {
    super(`"${text}" is no duration: give a number and a unit, such as 500ms, 10s, 5m, 1h or 2d`);
  }
}

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

/** Milliseconds of `10s`, `1m30s`, `250ms`, `0.5h`; a number alone is refused. Throws DurationError. */
export function parseDuration(text: string): number {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/gy)];
  const length = parts.reduce((sum, [part]) => sum + part.length, 0);
  const ms = parts.reduce((sum, [, number, unit]) => sum + Number(number) * units[unit as keyof typeof units], 0);
  const rounded = Math.round(ms);
  if (parts.length === 0 || length !== text.trim().length || !Number.isSafeInteger(rounded)) {
    throw new DurationError(text);
  }
  return rounded;
}

/** The shortest text that parseDuration reads as so many milliseconds: `10s`, `1m30s`, `0s`. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms);
  let text = '';
  for (const [unit, size] of Object.entries(units)) {
    const count = Math.floor(rest / size);
    if (count > 0) {
      text += `${count}${unit}`;
      rest -= count * size;
    }
  }
  return text || '0s';
}
