import { Problem } from './problem.ts';

/** Runs what reads a part of a request's body; a problem then points into the whole. `pointer` is that of the part. */
export function problemWithin<T>(pointer: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { details } = error;
    throw new Problem(error.code, error.message, {
      ...details,
      ...(details.pointer !== undefined && { pointer: pointer + details.pointer }),
    });
  }
}
