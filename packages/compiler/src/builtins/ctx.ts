import { ProgramType } from '@bpfleet/bpf';
import { numberValue } from '../ir/value.ts';
import type { ProbeTarget } from '../probes/provider.ts';
import { unknown } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';
import { probeTypeOf } from './probetype.ts';

/** The address of the program's context: the registers, where the probe has them. */
export const ctx: BuiltinDefinition = {
  name: 'ctx',
  kernel: '4.1',
  check(identifier, { target, report }) {
    if (hasRegisters(target)) return { kind: 'pointer', space: 'kernel' };
    const message = `The ctx builtin can not be used with '${probeTypeOf(target)}' probes`;
    const named = target.context.kind === 'tracepoint' ? 'use args instead' : undefined;
    report('invalid-use', identifier.span, message, named);
    return unknown;
  },
  lower: ({ builder }) => numberValue(builder.copy(builder.context())),
};

function hasRegisters({ context, programType }: ProbeTarget): boolean {
  return context.kind === 'registers' || programType === ProgramType.PERF_EVENT;
}
