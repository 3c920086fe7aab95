import { v7 } from 'uuid';

export const dayMs = 86_400_000;

/** A UUID of version 7 (RFC 9562): it begins with its time, so tables by session can be cut by days. */
export function newSessionId(createdAt: Date): string {
  return v7({ msecs: createdAt.getTime() });
}

/** The day (UTC, days since 1970) in which a session was made; undefined for an identifier that tells no time. */
export function dayOfSession(id: string): number | undefined {
  if (id[14] !== '7') return undefined;
  return Math.floor(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) / dayMs);
}

/** Of all identifiers of sessions of a day and later ones, what comes before the first. */
export function firstIdOfDay(day: number): string {
  const time = (day * dayMs).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}
