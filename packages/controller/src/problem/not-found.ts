import { Problem } from './problem.ts';

/** The same words whether there is none or the caller may not know of it. */
export function notFound(kind: string, id: string): Problem {
  return new Problem('not_found', `There is no ${kind} ${JSON.stringify(id.slice(0, 253))}.`);
}
