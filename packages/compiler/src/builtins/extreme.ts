import type { Comparison } from '../ir/ir.ts';
import { inRegister } from '../ir/value.ts';
import type { AggregateDefinition } from './definition.ts';
import { aggregateOf, measureFirst } from './measured.ts';

/** The smallest or the largest value: zero is not neutral, so a flag says whether there is one yet. */
function extreme(name: 'min' | 'max', signed: Comparison, unsigned: Comparison): AggregateDefinition {
  return {
    kind: 'aggregate',
    name,
    signature: `${name}(n)`,
    kernel: '4.6',
    minimum: 1,
    maximum: 1,
    flagged: true,
    check: (call, context) => aggregateOf(name, call, context),
    measure: measureFirst,
    slots: () => 1,
    update({ builder }, measured = 0n, cell, type) {
      const place = inRegister(cell.register, cell.cells);
      const [compare, replace, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
      builder.branch('ne', builder.load(8, inRegister(cell.register, cell.flag ?? 0)), 0n, compare, replace);
      builder.startBlock(compare);
      builder.branch(type.signed ? signed : unsigned, builder.load(8, place), measured, after, replace);
      builder.startBlock(replace);
      builder.store(8, place, measured);
      builder.jump(after);
      builder.startBlock(after);
    },
  };
}

export const min = extreme('min', 'sle', 'ule');
export const max = extreme('max', 'sge', 'uge');
