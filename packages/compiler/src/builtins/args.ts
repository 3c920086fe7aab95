import { noValue } from '../ir/value.ts';
import { unknown } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** The arguments of a tracepoint; only `args.name` has a value. */
export const args: BuiltinDefinition = {
  name: 'args',
  kernel: '4.7',
  check(identifier, context) {
    if (context.target.context.kind === 'tracepoint') return { kind: 'args' };
    const hint = context.target.context.kind === 'raw-tracepoint' ? 'rawtracepoint has arg0, arg1 ...' : undefined;
    context.report('invalid-use', identifier.span, `${context.target.name} has no args`, hint);
    return unknown;
  },
  lower: () => noValue,
};
