import { emitMessage } from '../ir/lower-message.ts';
import { noValue } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { isNumber, voidType } from '../types/type.ts';
import type { CheckContext, FunctionDefinition } from './definition.ts';
import { emitExit } from './exit.ts';

/** Ends the trace with an error and the code 1, unless something holds. */
export const assert: FunctionDefinition = {
  kind: 'function',
  name: 'assert',
  signature: 'assert(condition, message)',
  kernel: '4.4',
  minimum: 2,
  maximum: 2,
  check(call, context) {
    checkCondition(call.arguments[0] as Expression, context);
    const message = call.arguments[1] as Expression;
    const type = context.typeOf(message);
    if (type.kind !== 'string' && type.kind !== 'unknown') {
      context.report('type-mismatch', message.span, `assert() expects its message as a string, not ${describe(type)}`);
    }
    return voidType;
  },
  lower(call, lowering) {
    const { builder } = lowering;
    const [condition, message] = call.arguments as [Expression, Expression];
    const [holds, fails] = [builder.newBlock(), builder.newBlock()];
    lowering.condition(condition, holds, fails);
    builder.startBlock(fails);
    emitMessage(lowering, 'error', call.span, 'assert failed: %s', [message]);
    emitExit(lowering, 1n);
    builder.startBlock(holds);
    return noValue;
  },
};

/** Refuses the script, unless something holds that is known when it is compiled. */
export const staticAssert: FunctionDefinition = {
  kind: 'function',
  name: 'static_assert',
  signature: 'static_assert(condition, "message")',
  kernel: '4.1',
  minimum: 2,
  maximum: 2,
  check(call, context) {
    const [condition, message] = call.arguments as [Expression, Expression];
    checkCondition(condition, context);
    const holds = context.comptime(condition);
    if (message.kind !== 'string') {
      context.report('invalid-argument', message.span, 'static_assert() expects its message as a string literal');
    } else if (holds === undefined) {
      context.report('invalid-argument', condition.span, 'static_assert() expects a condition of literals');
    } else if (holds === 0n) {
      context.report('invalid-use', call.span, message.value);
    }
    return voidType;
  },
  lower: () => noValue,
};

function checkCondition(condition: Expression, context: CheckContext): void {
  const type = context.typeOf(condition);
  if (isNumber(type)) return;
  context.report('type-mismatch', condition.span, `a condition is a number, not ${describe(type)}`);
}
