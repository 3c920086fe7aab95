import { wrongRequest } from '../cli-error.ts';

/** A date and a time, of this machine's time zone where it has none; as ISO 8601 in UTC. Throws CliError. */
export function instant(option: string, text: string): string {
  const ms = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw wrongRequest(
      `${option} ${text}: is no time.`,
      'Write it as 2026-12-31T23:00, with Z or +01:00 if it is not of here.',
    );
  }
  return new Date(ms).toISOString();
}
