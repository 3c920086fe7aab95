import { emitEvent } from '../ir/lower-record.ts';
import { noValue } from '../ir/value.ts';
import { voidType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { checkFormat, formatOf } from './format-arguments.ts';
import { requireUnsafe } from './unsafe.ts';

/** Runs a command of the shell and prints what it prints; nothing else is read meanwhile. */
export const system: FunctionDefinition = {
  kind: 'function',
  name: 'system',
  signature: 'system("format", value ...)',
  kernel: '4.4',
  minimum: 1,
  maximum: 64,
  check(call, context) {
    requireUnsafe(call, context);
    checkFormat(call, context);
    return voidType;
  },
  lower(call, lowering) {
    emitEvent(lowering, call.arguments.slice(1), (args) => ({ kind: 'system', format: formatOf(call), args }));
    return noValue;
  },
};
