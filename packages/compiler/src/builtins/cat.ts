import { emitEvent } from '../ir/lower-record.ts';
import { noValue } from '../ir/value.ts';
import { voidType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { checkFormat, formatOf } from './format-arguments.ts';

/** Prints a file, as it is when user space reads the event. */
export const cat: FunctionDefinition = {
  kind: 'function',
  name: 'cat',
  signature: 'cat("format", value ...)',
  kernel: '4.4',
  minimum: 1,
  maximum: 64,
  check(call, context) {
    if (context.env.tracepoints !== null && context.env.mayReadFiles !== true) {
      const message = 'cat() reads any file of the node as the agent, which sessions may not';
      context.report('invalid-use', call.span, message, 'bpfleet local allows it');
    }
    checkFormat(call, context);
    return voidType;
  },
  lower(call, lowering) {
    emitEvent(lowering, call.arguments.slice(1), (args) => ({
      kind: 'cat',
      format: formatOf(call),
      args,
      limit: lowering.config.maxCatBytes,
    }));
    return noValue;
  },
};
