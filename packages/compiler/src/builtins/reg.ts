import { ProgramType } from '@bpfleet/bpf';
import { inRegister, numberValue } from '../ir/value.ts';
import { registerLayouts } from '../types/registers.ts';
import { uint64 } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { probeTypeOf } from './probetype.ts';

/** What a register of the machine held. */
export const reg: FunctionDefinition = {
  kind: 'function',
  name: 'reg',
  signature: 'reg("name")',
  kernel: '4.9',
  minimum: 1,
  maximum: 1,
  check(call, { target, env, report }) {
    const { kind } = target.context;
    const hasRegisters =
      kind === 'registers' || kind === 'static-probe' || target.programType === ProgramType.PERF_EVENT;
    if (!hasRegisters) {
      const message = `reg can not be used with '${probeTypeOf(target)}' probes`;
      report('invalid-use', call.span, message, 'kprobe, uprobe and profile have registers');
    }
    const [name] = call.arguments;
    const { names } = registerLayouts[env.arch];
    if (name?.kind !== 'string') {
      report('invalid-argument', name?.span ?? call.span, 'reg() expects a string literal', 'write reg("sp")');
    } else if (!names.has(name.value)) {
      const message = `'${name.value}' is not a valid register on this architecture (${env.arch})`;
      report('invalid-argument', name.span, message, `there are ${[...names.keys()].join(', ')}`);
    }
    return uint64;
  },
  lower(call, { builder, env }) {
    const [name] = call.arguments;
    const offset = name?.kind === 'string' ? registerLayouts[env.arch].names.get(name.value) : undefined;
    return numberValue(builder.load(8, inRegister(builder.context(), offset ?? 0)));
  },
};
