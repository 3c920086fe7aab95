import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { cBytes, isNumber, type Type } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { copyBytes } from './memory-argument.ts';

const MAC_BYTES = 6;

/** A hardware address as it is written: of an array of 6 bytes, or where a pointer leads. */
export const macaddr: FunctionDefinition = {
  kind: 'function',
  name: 'macaddr',
  signature: 'macaddr(bytes)',
  kernel: '4.1',
  minimum: 1,
  maximum: 1,
  check(call, context) {
    const [bytes] = call.arguments as [Expression];
    const type = context.typeOf(bytes);
    if (!isAddress(type)) {
      const message = `macaddr() expects an array of at least ${MAC_BYTES} bytes or a pointer to it (${describe(type)} provided)`;
      context.report('type-mismatch', bytes.span, message);
    }
    return { kind: 'rendered', as: 'mac' };
  },
  lower(call, lowering) {
    const place = lowering.allocate(8);
    copyBytes(lowering, call.arguments[0] as Expression, MAC_BYTES, { place, size: 8 });
    return { kind: 'memory', place, size: 8 };
  },
};

function isAddress(type: Type): boolean {
  if (isNumber(type)) return true;
  return (type.kind === 'array' || type.kind === 'string') && cBytes(type) >= MAC_BYTES;
}
