import { Problem } from '../problem/problem.ts';

const maxLength = 255;

/** The caller's own name for a request, null where it has none. Throws `invalid_request`. */
export function idempotencyKey(given: string | undefined): string | null {
  if (given !== undefined && (given === '' || given.length > maxLength)) {
    throw new Problem('invalid_request', `The Idempotency-Key must have 1 to ${maxLength} characters.`);
  }
  return given ?? null;
}
