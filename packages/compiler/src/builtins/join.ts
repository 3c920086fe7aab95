import { lowerJoin } from '../ir/lower-join.ts';
import { noValue } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { isNumber, voidType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { pointerSpace } from './pointer-space.ts';

/** Prints the texts of an array of pointers that ends with a null, such as `args.argv`; at most 16. */
export const join: FunctionDefinition = {
  kind: 'function',
  name: 'join',
  signature: 'join(array [, "separator"])',
  kernel: '4.4',
  minimum: 1,
  maximum: 2,
  check(call, context) {
    const [array, separator] = call.arguments as [Expression, Expression?];
    const type = context.typeOf(array);
    if (!isNumber(type)) {
      const message = `join() only supports int or pointer arguments (${describe(type)} provided)`;
      context.report('type-mismatch', array.span, message);
    }
    if (separator !== undefined && separator.kind !== 'string') {
      const given = describe(context.typeOf(separator));
      context.report('invalid-argument', separator.span, `join() expects a string literal (${given} provided)`);
    }
    return voidType;
  },
  lower(call, lowering) {
    const [array, separator] = call.arguments as [Expression, Expression?];
    const space = pointerSpace(lowering.typeOf(array), lowering.target);
    lowerJoin(lowering, lowering.number(array), space, separator?.kind === 'string' ? separator.value : ' ');
    return noValue;
  },
};
