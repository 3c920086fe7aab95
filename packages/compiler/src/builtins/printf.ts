import { emitEvent } from '../ir/lower-record.ts';
import { noValue } from '../ir/value.ts';
import { voidType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { checkFormat, formatOf } from './format-arguments.ts';

/** Prints its arguments as C's printf does. */
export const printf: FunctionDefinition = {
  kind: 'function',
  name: 'printf',
  signature: 'printf("format", value ...)',
  kernel: '4.4',
  minimum: 1,
  maximum: 64,
  check(call, context) {
    checkFormat(call, context);
    return voidType;
  },
  lower(call, lowering) {
    emitEvent(lowering, call.arguments.slice(1), (args) => ({ kind: 'printf', format: formatOf(call), args }));
    return noValue;
  },
};
