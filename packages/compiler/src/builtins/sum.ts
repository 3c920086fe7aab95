import { inRegister } from '../ir/value.ts';
import type { AggregateDefinition } from './definition.ts';
import { aggregateOf, measureFirst } from './measured.ts';

/** The sum of all values, modulo 2^64. */
export const sum: AggregateDefinition = {
  kind: 'aggregate',
  name: 'sum',
  signature: 'sum(n)',
  kernel: '4.6',
  minimum: 1,
  maximum: 1,
  flagged: false,
  check: (call, context) => aggregateOf('sum', call, context),
  measure: measureFirst,
  slots: () => 1,
  update: ({ builder }, measured = 0n, cell) => builder.atomicAdd(inRegister(cell.register, cell.cells), measured),
};
