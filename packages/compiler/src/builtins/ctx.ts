import { ProgramType } from '@bpfleet/bpf';
import type { CompileEnv } from '../env.ts';
import { numberValue } from '../ir/value.ts';
import type { ProbeTarget } from '../probes/provider.ts';
import { btfType } from '../types/btf-type.ts';
import { type Type, unknown } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';
import { probeTypeOf } from './probetype.ts';

/** The address of the program's context: the registers, where the probe has them; of an iterator, its object. */
export const ctx: BuiltinDefinition = {
  name: 'ctx',
  kernel: '4.1',
  check(identifier, { target, env, report }) {
    const { context } = target;
    if (context.kind === 'iterator') {
      return context.record === undefined
        ? unknown
        : { kind: 'pointer', space: 'kernel', ...pointedTo(env, context.record) };
    }
    if (hasRegisters(target)) return { kind: 'pointer', space: 'kernel' };
    const type = probeTypeOf(target);
    const message =
      type === 'tracepoint'
        ? 'Use args instead of ctx in tracepoint'
        : `The ctx builtin can not be used with '${type}' probes`;
    report('invalid-use', identifier.span, message);
    return unknown;
  },
  lower: ({ builder }) => numberValue(builder.copy(builder.context())),
};

function pointedTo({ types }: CompileEnv, record: number): { readonly to?: Type } {
  const to = types === undefined ? undefined : btfType(types, record, 'kernel', 0);
  return to === undefined ? {} : { to };
}

function hasRegisters({ context, programType }: ProbeTarget): boolean {
  return context.kind === 'registers' || programType === ProgramType.PERF_EVENT;
}
