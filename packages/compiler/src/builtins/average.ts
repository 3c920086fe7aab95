import { inRegister } from '../ir/value.ts';
import type { AggregateDefinition } from './definition.ts';
import { aggregateOf, measureFirst } from './measured.ts';

/** Count and total; the average is their quotient, taken when it is printed. */
function countAndTotal(name: 'avg' | 'stats'): AggregateDefinition {
  return {
    kind: 'aggregate',
    name,
    signature: `${name}(n)`,
    kernel: '4.6',
    minimum: 1,
    maximum: 1,
    flagged: false,
    check: (call, context) => aggregateOf(name, call, context),
    measure: measureFirst,
    slots: () => 2,
    update({ builder }, measured = 0n, cell) {
      builder.atomicAdd(inRegister(cell.register, cell.cells), 1n);
      builder.atomicAdd(inRegister(cell.register, cell.cells + 8), measured);
    },
  };
}

export const avg = countAndTotal('avg');
export const stats = countAndTotal('stats');
