import { emitEvent } from '../ir/lower-record.ts';
import { noValue } from '../ir/value.ts';
import { describe } from '../types/describe-type.ts';
import { voidType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';

const DEFAULT_FORMAT = '%H:%M:%S\n';

/** Prints the time of day in the words of strftime(3), as it is when user space reads the event. */
export const time: FunctionDefinition = {
  kind: 'function',
  name: 'time',
  signature: 'time(["format"])',
  kernel: '4.4',
  minimum: 0,
  maximum: 1,
  check({ arguments: [format] }, context) {
    if (format !== undefined && format.kind !== 'string') {
      const given = describe(context.typeOf(format));
      context.report('invalid-argument', format.span, `time() expects a string literal (${given} provided)`);
    }
    return voidType;
  },
  lower({ arguments: [format] }, lowering) {
    const text = format?.kind === 'string' ? format.value : DEFAULT_FORMAT;
    emitEvent(lowering, [], () => ({ kind: 'time', format: text }));
    return noValue;
  },
};
