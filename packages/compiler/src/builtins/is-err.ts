import { numberValue } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { booleanType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';

/** Addresses from here to the last stand for errors (MAX_ERRNO, linux/err.h). */
const FIRST_ERROR = -4095n;

/** Whether an address of the kernel is an error in truth. */
export const isErr: FunctionDefinition = {
  kind: 'function',
  name: 'is_err',
  signature: 'is_err(pointer)',
  kernel: '4.1',
  minimum: 1,
  maximum: 1,
  check(call, context) {
    context.numberType(call.arguments[0] as Expression, 'is_err()');
    return booleanType;
  },
  lower(call, lowering) {
    const { builder } = lowering;
    const address = lowering.number(call.arguments[0] as Expression);
    const result = builder.copy(0n);
    builder.when('uge', address, FIRST_ERROR, () => builder.assign(result, 1n));
    return numberValue(result);
  },
};
