import { noValue } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { voidType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { probeTypeOf } from './probetype.ts';
import { requireUnsafe } from './unsafe.ts';

/** Lets the function that is probed return a value at once. The kernel allows it for few (ALLOW_ERROR_INJECTION). */
export const override: FunctionDefinition = {
  kind: 'function',
  name: 'override',
  signature: 'override(value)',
  kernel: '4.16; needs CONFIG_BPF_KPROBE_OVERRIDE',
  minimum: 1,
  maximum: 1,
  check(call, context) {
    if (probeTypeOf(context.target) !== 'kprobe') {
      context.report('invalid-use', call.span, 'override() can only be used inside kprobes');
    }
    requireUnsafe(call, context);
    context.numberType(call.arguments[0] as Expression, 'override()');
    return voidType;
  },
  lower(call, lowering) {
    const { builder } = lowering;
    builder.call(
      'override_return',
      { kind: 'operand', operand: builder.context() },
      { kind: 'operand', operand: lowering.number(call.arguments[0] as Expression) },
    );
    return noValue;
  },
};
