import { inRegister } from '../ir/value.ts';
import type { AggregateDefinition } from './definition.ts';

/** How often. */
export const count: AggregateDefinition = {
  kind: 'aggregate',
  name: 'count',
  signature: 'count()',
  kernel: '4.6',
  minimum: 0,
  maximum: 0,
  flagged: false,
  check: () => ({ kind: 'aggregate', aggregate: 'count', signed: false }),
  measure: () => undefined,
  slots: () => 1,
  update: ({ builder }, _measured, cell) => builder.atomicAdd(inRegister(cell.register, cell.cells), 1n),
};
