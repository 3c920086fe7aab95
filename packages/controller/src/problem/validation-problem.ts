import { Problem } from './problem.ts';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The first issue of a Standard Schema validation as a problem that points at it. */
export function validationProblem(issues: readonly Issue[]): Problem {
  const [first] = issues;
  const pointer = jsonPointer(first?.path ?? []);
  const where = pointer === '' ? '' : `${pointer}: `;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return new Problem('invalid_request', `${where}${first?.message ?? 'not valid'}${more}`, { pointer });
}

/** RFC 6901. */
function jsonPointer(path: NonNullable<Issue['path']>): string {
  return path
    .map((part) => String(typeof part === 'object' ? part.key : part))
    .map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}
