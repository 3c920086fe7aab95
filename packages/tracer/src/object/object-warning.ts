import type { Diagnostic } from '@bpfleet/compiler';

/** Something to know of an object, which has no source to point to. */
export function objectWarning(message: string): Diagnostic {
  const nowhere = { line: 0, column: 0, endLine: 0, endColumn: 0, span: { start: 0, end: 0 } };
  return { severity: 'warning', code: 'unsupported', message, ...nowhere };
}
