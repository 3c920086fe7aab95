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
  throw new Problem('invalid_request', 'The cursor is not one that this server gave.', {
    hint: 'Pass `nextCursor` of the page before, unchanged.',
  });
}

/** A cursor of a list ordered by time and identifier. */
export interface TimeCursor {
  readonly at: Date;
  readonly id: string;
}

export function encodeTimeCursor(cursor: TimeCursor): string {
  return encodeCursor([cursor.at.toISOString(), cursor.id]);
}

export function decodeTimeCursor(text: string | undefined): TimeCursor | undefined {
  if (text === undefined || text === '') {
    return undefined;
  }
  const [time = '', id = ''] = decodeCursor(text, 2);
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) {
    throw new Problem('invalid_request', 'The cursor is not one that this server gave.');
  }
  return { at, id };
}
