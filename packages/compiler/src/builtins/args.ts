import { noValue } from '../ir/value.ts';
import { unknown } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** The arguments of a tracepoint or a kernel function; only `args.name` has a value. */
export const args: BuiltinDefinition = {
  name: 'args',
  kernel: '4.7',
  check(identifier, context) {
    const { kind } = context.target.context;
    if (kind === 'tracepoint' || kind === 'function') return { kind: 'args' };
    const hint = kind === 'raw-tracepoint' || kind === 'registers' ? 'it has arg0, arg1 ...' : undefined;
    context.report('invalid-use', identifier.span, `${context.target.name} has no args`, hint);
    return unknown;
  },
  lower: () => noValue,
};
