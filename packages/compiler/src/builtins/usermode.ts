import { ProgramType } from '@bpfleet/bpf';
import { inRegister, numberValue } from '../ir/value.ts';
import { registerLayouts } from '../types/registers.ts';
import { neutralInteger } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/**
 * 1 where the probe interrupted a program, 0 where it interrupted the kernel. x86-64: the lowest bits of `cs` are the
 * privilege level, 3 in programs (Intel SDM 3A, 5.5). arm64: bits 2 and 3 of PSTATE are the exception level (D1.6).
 */
export const usermode: BuiltinDefinition = {
  name: 'usermode',
  kernel: '4.9',
  check: () => neutralInteger,
  lower(lowering) {
    const { builder, env, target } = lowering;
    if (target.attach.kind === 'begin' || target.attach.kind === 'end') return numberValue(1n);
    const hasRegisters = target.context.kind === 'registers' || target.programType === ProgramType.PERF_EVENT;
    // Tracepoints and trampolines are code of the kernel.
    if (!hasRegisters) return numberValue(0n);
    const { offset, mask, user } = registerLayouts[env.arch].mode;
    const state = builder.binary('and', builder.load(8, inRegister(builder.context(), offset)), mask);
    const result = builder.copy(0n);
    builder.when('eq', state, user, () => builder.assign(result, 1n));
    return numberValue(result);
  },
};
