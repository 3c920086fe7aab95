import { noValue } from '../ir/value.ts';
import { constantValue } from '../passes/fold-constants.ts';
import type { Expression } from '../syntax/ast.ts';
import { voidType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { checkFormat, formatOf } from './format-arguments.ts';
import { fillFormat } from './format-string.ts';

/** Refuses the script with a message of its own. */
export const fail: FunctionDefinition = {
  kind: 'function',
  name: 'fail',
  signature: 'fail("format", value ...)',
  kernel: '4.1',
  minimum: 1,
  maximum: 64,
  check(call, context) {
    checkFormat(call, context);
    const values = call.arguments.slice(1).map(literalText);
    if (values.every((value) => value !== undefined)) {
      context.report('invalid-use', call.span, fillFormat(formatOf(call), values));
    } else {
      context.report('invalid-argument', call.span, 'fail() arguments need to be literals');
    }
    return voidType;
  },
  lower: () => noValue,
};

function literalText(value: Expression): string | undefined {
  return value.kind === 'string' ? value.value : constantValue(value)?.toString();
}
