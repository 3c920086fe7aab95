import { placeAt } from '../ir/value.ts';
import { constantValue } from '../passes/fold-constants.ts';
import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { cBytes, isNumber, type Type } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { copyBytes } from './memory-argument.ts';

/** Of Linux (linux/socket.h). */
const AF_INET = 2n;
const AF_INET6 = 10n;

/** An address of IPv4 or IPv6 as it is written: of a number or 4 bytes the one, of 16 bytes the other. */
export const ntop: FunctionDefinition = {
  kind: 'function',
  name: 'ntop',
  signature: 'ntop([family,] address)',
  kernel: '4.1',
  minimum: 1,
  maximum: 2,
  check(call, context) {
    const address = call.arguments.at(-1) as Expression;
    const type = context.typeOf(address);
    const bytes = addressBytes(type);
    if (call.arguments.length === 2) context.numberType(call.arguments[0] as Expression, 'the family');
    if (type.kind !== 'unknown' && bytes === undefined) {
      const message = `ntop() expects an integer, or an array of 4 or 16 bytes (${describe(type)} provided)`;
      context.report('type-mismatch', address.span, message);
    }
    return { kind: 'rendered', as: 'inet' };
  },
  lower(call, lowering) {
    const { builder } = lowering;
    const address = call.arguments.at(-1) as Expression;
    const type = lowering.typeOf(address);
    const bytes = addressBytes(type) ?? 4;
    const [family] = call.arguments.length === 2 ? call.arguments : [];
    const inferred = bytes === 16 ? AF_INET6 : AF_INET;
    const constant = family === undefined ? inferred : constantValue(family);
    const place = lowering.allocate(24);
    for (let at = 0; at < 24; at += 8) builder.store(8, placeAt(place, at), 0n);
    builder.store(8, place, constant ?? lowering.number(family as Expression));
    if (isNumber(type)) builder.store(4, placeAt(place, 8), lowering.number(address));
    else copyBytes(lowering, address, bytes, { place: placeAt(place, 8), size: 16 });
    return { kind: 'memory', place, size: 24 };
  },
};

function addressBytes(type: Type): 4 | 16 | undefined {
  if (isNumber(type)) return 4;
  if (type.kind !== 'array' && type.kind !== 'string' && type.kind !== 'record') return undefined;
  const bytes = cBytes(type);
  return bytes === 4 || bytes === 16 ? bytes : undefined;
}
