import type { Span } from '../source/span.ts';
import type { Expression } from '../syntax/ast.ts';
import { emitEvent } from './lower-record.ts';
import type { Lowering } from './lowering.ts';

/** Sends an error or warning of the script, which user space prints with its place in the source. */
export function emitMessage(
  lowering: Lowering,
  severity: 'error' | 'warning',
  span: Span,
  format: string,
  values: readonly Expression[],
): void {
  const { start, end } = span;
  emitEvent(lowering, values, (args) => ({ kind: 'message', severity, format, args, span: { start, end } }));
}
