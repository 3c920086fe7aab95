import { numberValue } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { type IntegerType, uint64 } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';

/** The bytes of a number in reverse; how many there are its type says. */
export const bswap: FunctionDefinition = {
  kind: 'function',
  name: 'bswap',
  signature: 'bswap(n)',
  kernel: '4.1',
  minimum: 1,
  maximum: 1,
  check(call, context): IntegerType {
    const [number] = call.arguments as [Expression];
    context.typeOf(number);
    const type = context.heldType(number);
    if (type.kind === 'integer') return { kind: 'integer', size: type.size, signed: false };
    if (type.kind !== 'unknown') {
      const message = `bswap() only supports integer arguments (${describe(type)} provided)`;
      context.report('type-mismatch', call.span, message);
    }
    return uint64;
  },
  lower(call, lowering) {
    const { builder } = lowering;
    const type = lowering.typeOf(call);
    const bits = type.kind === 'integer' ? type.size * 8 : 64;
    const number = lowering.number(call.arguments[0] as Expression);
    if (bits === 8) return numberValue(builder.binary('and', number, 255n));
    return numberValue(builder.swap(number, bits as 16 | 32 | 64));
  },
};
