import { numberValue } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { uint64, unknown } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';

/** The number of a control group of version 2 by its path; found when the program is made. */
export const cgroupid: FunctionDefinition = {
  kind: 'function',
  name: 'cgroupid',
  signature: 'cgroupid("/sys/fs/cgroup/...")',
  kernel: '4.18',
  minimum: 1,
  maximum: 1,
  check(call, context) {
    const [path] = call.arguments as [Expression];
    if (path.kind !== 'string') {
      const given = describe(context.typeOf(path));
      context.report('invalid-argument', path.span, `cgroupid() expects a string literal (${given} provided)`);
      return unknown;
    }
    if (context.env.tracepoints === null) return uint64;
    const found = context.env.cgroupId?.(path.value) ?? { reason: 'the control groups of this node are not known' };
    if (typeof found === 'bigint') return uint64;
    context.report('no-match', path.span, `Failed to get cgroupid for path: "${path.value}"`, found.reason);
    return unknown;
  },
  lower(call, { env }) {
    const [path] = call.arguments as [Expression];
    const found = path.kind === 'string' ? env.cgroupId?.(path.value) : undefined;
    if (typeof found !== 'bigint') throw new Error('cgroupid() of nothing');
    return numberValue(BigInt.asIntN(64, found));
  },
};
