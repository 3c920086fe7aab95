import { HttpException } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { Problem } from './problem.ts';

/** SQLSTATE classes of a server that is gone, going or coming: connection exception, operator intervention. */
const unavailableClasses = new Set(['08', '57']);
/** SQLSTATE of texts that PostgreSQL has no place for: character_not_in_repertoire, untranslatable_character. */
const unstorableText = new Set(['22021', '22P05']);
const unavailableErrno = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']);

/** The one place where foreign errors become problems; undefined for a bug. */
export function toProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) {
    return error;
  }
  if (unstorableText.has(String(sqlState(error)))) {
    return new Problem(
      'invalid_request',
      'A text of the request holds a character that cannot be stored: NUL, or half a surrogate pair.',
    );
  }
  if (isDatabaseUnavailable(error)) {
    return new Problem('database_unavailable', 'The database does not answer; try again shortly.');
  }
  if (error instanceof HttpException) {
    return fromHttp(error.getStatus(), error.message);
  }
  const status = property(error, 'status');
  return typeof status === 'number' && error instanceof Error ? fromHttp(status, error.message) : undefined;
}

function sqlState(error: unknown): unknown {
  return property(error instanceof QueryFailedError ? error.driverError : error, 'code');
}

function isDatabaseUnavailable(error: unknown): boolean {
  const code = sqlState(error);
  if (
    typeof code === 'string' &&
    (unavailableErrno.has(code) || (code.length === 5 && unavailableClasses.has(code.slice(0, 2))))
  ) {
    return true;
  }
  return (
    error instanceof Error &&
    /Connection terminated|timeout exceeded when trying to connect|DataSource is not/.test(error.message)
  );
}

function fromHttp(status: number, message: string): Problem | undefined {
  switch (status) {
    case 401:
      return new Problem('unauthenticated', message);
    case 403:
      return new Problem('forbidden', message);
    case 404:
      return new Problem('not_found', message);
    case 413:
      return new Problem('payload_too_large', message);
    default:
      return status >= 400 && status < 500 ? new Problem('invalid_request', message) : undefined;
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
