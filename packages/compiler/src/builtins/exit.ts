import { emitControl } from '../ir/lower-record.ts';
import { noValue } from '../ir/value.ts';
import { voidType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';

/** Ends the trace; the probe ends at once. */
export const exit: FunctionDefinition = {
  kind: 'function',
  name: 'exit',
  signature: 'exit()',
  kernel: '5.8',
  minimum: 0,
  maximum: 0,
  check: () => voidType,
  lower(_call, lowering) {
    emitControl(lowering, { kind: 'exit' });
    lowering.builder.return();
    // What follows in the block is dropped, but a surrounding ternary still needs a block to go on in.
    return noValue;
  },
};
