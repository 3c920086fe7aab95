import { randomUUID } from 'node:crypto';

/** The name of a call in logs: that which the caller gave it, where it is a plain one, or a new one. */
export function requestId(given: unknown): string {
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}
