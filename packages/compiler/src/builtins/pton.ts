import { placeAt } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { parseAddress } from '../types/parse-address.ts';
import { type ArrayType, type IntegerType, unknown } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';

const byte: IntegerType = { kind: 'integer', size: 1, signed: false };

/** The 4 or 16 bytes of an address that is written out. */
export const pton: FunctionDefinition = {
  kind: 'function',
  name: 'pton',
  signature: 'pton("1.2.3.4") or pton("::1")',
  kernel: '4.1',
  minimum: 1,
  maximum: 1,
  check(call, context) {
    const [text] = call.arguments as [Expression];
    if (text.kind !== 'string') {
      const given = describe(context.typeOf(text));
      context.report('invalid-argument', text.span, `pton() expects a string literal (${given} provided)`);
      return unknown;
    }
    const bytes = parseAddress(text.value);
    if (bytes !== undefined) {
      return { kind: 'array', element: byte, length: bytes.length, space: 'program' } satisfies ArrayType;
    }
    context.report('invalid-argument', call.span, `pton() expects a valid IPv4/IPv6 address, got ${text.value}`);
    return unknown;
  },
  lower(call, lowering) {
    const [text] = call.arguments as [Expression];
    const bytes = (text.kind === 'string' ? parseAddress(text.value) : undefined) ?? new Uint8Array(4);
    const padded = new Uint8Array((bytes.length + 7) & ~7);
    padded.set(bytes);
    const view = new DataView(padded.buffer);
    const place = lowering.allocate(padded.length);
    for (let at = 0; at < padded.length; at += 8)
      lowering.builder.store(8, placeAt(place, at), view.getBigInt64(at, true));
    return { kind: 'memory', place, size: padded.length };
  },
};
