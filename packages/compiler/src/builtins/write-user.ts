import { numberValue } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { booleanType, storageBytes } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { requireUnsafe } from './unsafe.ts';

/** Writes into the memory of the process that runs; whether that was possible. The kernel logs that it may be done. */
export const writeUser: FunctionDefinition = {
  kind: 'function',
  name: 'write_user',
  signature: 'write_user(address, value, length)',
  kernel: '4.8',
  minimum: 3,
  maximum: 3,
  check(call, context) {
    requireUnsafe(call, context);
    const [address, value, length] = call.arguments as [Expression, Expression, Expression];
    context.numberType(address, 'write_user()');
    context.numberType(length, 'write_user()');
    const type = context.typeOf(value);
    if (type.kind !== 'string' && type.kind !== 'buffer' && type.kind !== 'unknown') {
      const message = `write_user() writes a string, not ${describe(type)}`;
      context.report('type-mismatch', value.span, message);
    }
    return booleanType;
  },
  lower(call, lowering) {
    const { builder } = lowering;
    const [address, value, length] = call.arguments as [Expression, Expression, Expression];
    const source = lowering.memory(value);
    const to = lowering.number(address);
    const wanted = builder.copy(lowering.number(length));
    const held = BigInt(storageBytes(lowering.typeOf(value)));
    // The verifier must see that no more is read than there is.
    builder.when('ugt', wanted, held, () => builder.assign(wanted, held));
    const result = builder.call(
      'probe_write_user',
      { kind: 'operand', operand: to },
      { kind: 'address', place: source.place },
      { kind: 'operand', operand: wanted },
    );
    const done = builder.copy(0n);
    builder.when('eq', result, 0n, () => builder.assign(done, 1n));
    return numberValue(done);
  },
};
