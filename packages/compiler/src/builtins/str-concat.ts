import { clearMemory, copyValue } from '../ir/memory.ts';
import { callReader } from '../ir/read-memory.ts';
import { stringLength } from '../ir/string-length.ts';
import { inRegister } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { stringType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { checkString, stringBytes, stringValue } from './string-argument.ts';

/** Two strings, one after the other; what does not fit is cut. */
export const strConcat: FunctionDefinition = {
  kind: 'function',
  name: 'str_concat',
  signature: 'str_concat(a, b)',
  kernel: '4.11',
  minimum: 2,
  maximum: 2,
  check(call, context) {
    const [left, right] = call.arguments as [Expression, Expression];
    for (const text of [left, right]) checkString('str_concat', text, context);
    const bytes = stringBytes(context, left) + stringBytes(context, right) - 1;
    return stringType(Math.min(bytes, context.config.maxStringLength));
  },
  lower(call, lowering) {
    const { builder } = lowering;
    const [left, right] = call.arguments as [Expression, Expression];
    const type = lowering.typeOf(call);
    if (type.kind !== 'string') throw new Error('str_concat() without a string');
    const [first, second] = [stringValue(lowering, left), stringValue(lowering, right)];
    // Room for the second behind the longest first: the verifier must see that it fits wherever it begins.
    const room = first.size + second.size;
    const place = lowering.allocate(Math.max(40, room));
    clearMemory(lowering, place, Math.max(40, room));
    copyValue(lowering, first, { place, size: first.size });
    const end = builder.register(
      builder.binary('add', builder.address(place), stringLength(lowering, { place, size: first.size })),
    );
    const bytes = BigInt(second.size);
    callReader(lowering, 'text', 'kernel', inRegister(end), bytes, builder.address(second.place));
    const last = type.bytes - 1;
    builder.store(1, { base: place.base, offset: place.offset + last }, 0n);
    return { kind: 'memory', place, size: type.size };
  },
};
