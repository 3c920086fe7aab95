import { countEntries } from '../ir/count-entries.ts';
import { numberValue } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { int64 } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';

/** BPF_F_USER_STACK. */
const USER_STACK = 256n;

/** The entries of a map with keys, or the frames of a stack. */
export const len: FunctionDefinition = {
  kind: 'function',
  name: 'len',
  signature: 'len(@map), len(kstack) or len(ustack)',
  kernel: '5.13',
  minimum: 1,
  maximum: 1,
  check(call, context) {
    const [of] = call.arguments as [Expression];
    if (of.kind === 'map' && of.key === undefined) {
      const { key } = context.mapOf(of);
      if (key?.kind === 'void') {
        const message = 'call to len() expects a map with explicit keys (non-scalar map)';
        context.report('invalid-argument', of.span, message);
      } else if (context.env.tracepoints !== null && !context.env.features.has('for_each_map_elem')) {
        context.report('unsupported', call.span, 'len() of a map needs kernel 5.13 or newer');
      }
      return int64;
    }
    const type = context.typeOf(of);
    const taken = of.kind === 'identifier' || of.kind === 'call';
    if (type.kind !== 'unknown' && (type.kind !== 'stack' || !taken)) {
      const message = `call to len() expects a map, ustack, or kstack (${describe(type)} provided)`;
      context.report('type-mismatch', of.span, message);
    }
    return int64;
  },
  lower(call, lowering) {
    const { builder } = lowering;
    const [of] = call.arguments as [Expression];
    if (of.kind === 'map') return numberValue(countEntries(lowering, lowering.map(of.name)));
    const type = lowering.typeOf(of);
    if (type.kind !== 'stack') throw new Error('len() of no stack');
    if (type.depth === 0) return numberValue(0n);
    const bytes = type.depth * 8;
    const frames = lowering.allocate(bytes);
    const written = builder.copy(
      builder.call(
        'get_stack',
        { kind: 'operand', operand: builder.context() },
        { kind: 'address', place: frames },
        { kind: 'operand', operand: BigInt(bytes) },
        { kind: 'operand', operand: type.user ? USER_STACK : 0n },
      ),
    );
    builder.when('slt', written, 0n, () => builder.assign(written, 0n));
    return numberValue(builder.binary('ushr', written, 3n));
  },
};
