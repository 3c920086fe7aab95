import type { Span } from '../source/span.ts';
import { fieldLayout } from '../types/field-layout.ts';
import { int64 } from '../types/type.ts';
import { RECORD_HEADER, send } from './lower-record.ts';
import type { Lowering } from './lowering.ts';
import { inRegister, type Operand } from './value.ts';

/** Helpers whose failures can be told. */
export type ToldHelper = 'map_update_elem' | 'map_lookup_elem' | 'probe_read' | 'probe_read_str';

/**
 * Tells user space that a helper failed, at its place in the source, where the caller asked for that: a refused update
 * with `helperErrors`, reads of what is not there with `readWarnings`. Those are code in every program, and so are left out
 * on the nodes of a fleet, where losses are counted.
 */
export function tellFailure(lowering: Lowering, helper: ToldHelper, { start, end }: Span, result: Operand): void {
  const { builder, resources, env } = lowering;
  const wanted = helper === 'map_update_elem' ? env.helperErrors : env.readWarnings;
  if (wanted !== true) return;
  resources.eventRing = true;
  const field = fieldLayout(int64, RECORD_HEADER, undefined);
  const size = RECORD_HEADER + field.size;
  const id = resources.record({ kind: 'helper', helper, result: field, span: { start, end } }, size);
  send(lowering, 'events', id, size, (register) => {
    builder.store(8, inRegister(register, field.offset), result);
  });
}

/** Counts a read of memory that failed, and tells of it at the expression that reads. */
export function readFailed(lowering: Lowering, helper: 'probe_read' | 'probe_read_str', result: Operand): void {
  lowering.countLoss('readFailed');
  tellFailure(lowering, helper, lowering.span, result);
}
