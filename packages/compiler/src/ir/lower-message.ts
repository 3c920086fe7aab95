import type { Span } from '../source/span.ts';
import type { Expression } from '../syntax/ast.ts';
import { fieldLayout } from '../types/field-layout.ts';
import { int64 } from '../types/type.ts';
import { emitEvent, RECORD_HEADER, send } from './lower-record.ts';
import type { Lowering } from './lowering.ts';
import { inRegister, type Operand } from './value.ts';

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

/** Tells that something goes wrong where the program is. */
export function emitComplaint(lowering: Lowering, { start, end }: Span, format: string): void {
  const span = { start, end };
  const severity = 'warning';
  emitEvent(lowering, [], (args) => ({ kind: 'message', severity, format, args, span, quoted: true }));
}

/** A message with a number that no expression of the script stands for. */
export function emitNumberMessage(
  lowering: Lowering,
  severity: 'error' | 'warning',
  { start, end }: Span,
  format: string,
  number: Operand,
): void {
  const { builder, resources } = lowering;
  resources.eventRing = true;
  const field = fieldLayout(int64, RECORD_HEADER, undefined);
  const size = RECORD_HEADER + field.size;
  const id = resources.record({ kind: 'message', severity, format, args: [field], span: { start, end } }, size);
  send(lowering, 'events', id, size, (register) => {
    builder.store(8, inRegister(register, field.offset), number);
  });
}
