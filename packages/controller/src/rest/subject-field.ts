import { ruleOf } from '../access/operations.ts';

/** What a call is about, under the name of its kind: `session` for a session, so that a log can be searched by it. */
export function subjectField(
  operation: string | undefined,
  subject: string | undefined,
): Readonly<Record<string, string>> {
  return subject === undefined ? {} : { [ruleOf(operation)?.subject ?? 'subject']: subject };
}
