import { noValue } from '../ir/value.ts';
import { unknown } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';
import { probeTypeOf } from './probetype.ts';

/** The arguments of a tracepoint or a kernel function; only `args.name` has a value. */
export const args: BuiltinDefinition = {
  name: 'args',
  kernel: '4.7',
  check(identifier, context) {
    const { kind } = context.target.context;
    if (kind === 'tracepoint' || kind === 'function') return { kind: 'args' };
    const hint = kind === 'raw-tracepoint' || kind === 'registers' ? 'it has arg0, arg1 ...' : undefined;
    const type = probeTypeOf(context.target);
    const here = type === 'begin' || type === 'end' ? 'special' : type;
    const message = `The args builtin can only be used with tracepoint, rawtracepoint, fentry/fexit, and uprobe probes (${here} used here)`;
    context.report('invalid-use', identifier.span, message, hint);
    return unknown;
  },
  lower: () => noValue,
};
