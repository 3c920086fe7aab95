import { isUuid } from '../database/uuid.ts';
import { Problem } from '../problem/problem.ts';

/** Where a page ended: opaque to clients, so that its form may change. */
export function encodeCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts), 'utf8').toString('base64url');
}

/** Throws `invalid_request` for anything that `encodeCursor` did not make with as many parts. */
export function decodeCursor(cursor: string, parts: number): string[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(value) && value.length === parts && value.every((part) => typeof part === 'string')) {
      return value;
    }
  } catch {
    // Not JSON: the same answer as for the wrong JSON.
  }
  throw notOurs();
}

/** A cursor of a list ordered by time and identifier. */
export interface TimeCursor {
  readonly at: Date;
  readonly id: string;
}

export function encodeTimeCursor(cursor: TimeCursor): string {
  return encodeCursor([cursor.at.toISOString(), cursor.id]);
}

/** `isId`: what an identifier of the list looks like; one that does not is no cursor of it. */
export function decodeTimeCursor(text: string | undefined, isId = isUuid): TimeCursor | undefined {
  if (text === undefined || text === '') {
    return undefined;
  }
  const [time = '', id = ''] = decodeCursor(text, 2);
  const at = new Date(time);
  // PostgreSQL holds fewer years than JavaScript does.
  if (Number.isNaN(at.getTime()) || at.toISOString() !== time || !/^\d{4}-/.test(time) || !isId(id)) {
    throw notOurs();
  }
  return { at, id };
}

/** A cursor of a list ordered by a whole number. */
export function decodeNumberCursor(text: string | undefined): number | null {
  if (text === undefined || text === '') {
    return null;
  }
  const [number = ''] = decodeCursor(text, 1);
  if (!/^\d{1,15}$/.test(number)) {
    throw notOurs();
  }
  return Number(number);
}

function notOurs(): Problem {
  return new Problem('invalid_request', 'The cursor is not one that this server gave.', {
    hint: 'Pass `nextCursor` of the page before, unchanged.',
  });
}
