import { emitMessage } from '../ir/lower-message.ts';
import { noValue } from '../ir/value.ts';
import { voidType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { checkFormat, formatOf } from './format-arguments.ts';

/** As printf, with the place in the source before it, and on standard error. */
function message(name: 'errorf' | 'warnf', severity: 'error' | 'warning'): FunctionDefinition {
  return {
    kind: 'function',
    name,
    signature: `${name}("format", value ...)`,
    kernel: '4.4',
    minimum: 1,
    maximum: 64,
    check(call, context) {
      checkFormat(call, context);
      return voidType;
    },
    lower(call, lowering) {
      emitMessage(lowering, severity, call.span, formatOf(call), call.arguments.slice(1));
      return noValue;
    },
  };
}

export const errorf = message('errorf', 'error');
export const warnf = message('warnf', 'warning');
