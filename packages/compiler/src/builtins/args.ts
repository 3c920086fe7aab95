import { noValue } from '../ir/value.ts';
import type { Identifier } from '../syntax/ast.ts';
import { NO_TYPES } from '../types/btf-type.ts';
import { programArguments } from '../types/program-argument.ts';
import { type Type, unknown } from '../types/type.ts';
import type { BuiltinDefinition, CheckContext } from './definition.ts';
import { probeTypeOf } from './probetype.ts';

const numbered = 'it has arg0, arg1 ...';

/** The arguments of a tracepoint or a function; only `args.name` has a value. */
export const args: BuiltinDefinition = {
  name: 'args',
  kernel: '4.7',
  check(identifier, context) {
    const { kind } = context.target.context;
    if (kind === 'tracepoint' || kind === 'function') return { kind: 'args' };
    if (isProgramEntry(context)) return ofProgram(identifier, context);
    const untyped = kind === 'raw-tracepoint' && context.env.tracepoints !== null && context.env.types === undefined;
    const byNumber = kind === 'raw-tracepoint' || kind === 'registers' ? numbered : undefined;
    const hint = untyped ? `${NO_TYPES}; ${numbered}` : byNumber;
    const type = probeTypeOf(context.target);
    const here = type === 'begin' || type === 'end' ? 'special' : type;
    const message = `The args builtin can only be used with tracepoint, rawtracepoint, fentry/fexit, and uprobe probes (${here} used here)`;
    context.report(untyped ? 'unsupported' : 'invalid-use', identifier.span, message, hint);
    return unknown;
  },
  lower: () => noValue,
};

function isProgramEntry({ target: { attach, context } }: CheckContext): boolean {
  return attach.kind === 'uprobe' && context.kind === 'registers' && context.at === 'entry';
}

/** That there is no debugging information at all was said of the probe. */
function ofProgram(identifier: Identifier, { env, target, report }: CheckContext): Type {
  if (env.tracepoints === null) return { kind: 'args' };
  const info = target.program?.executable.debugInfo?.();
  if (info === undefined || 'reason' in info) return unknown;
  if ((programArguments(env)?.length ?? 0) === 0) {
    report('invalid-use', identifier.span, 'Cannot read function parameters');
  }
  return { kind: 'args' };
}
