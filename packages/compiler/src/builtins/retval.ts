import { lowerResult } from '../ir/lower-argument.ts';
import { inRegister, numberValue } from '../ir/value.ts';
import { btfType } from '../types/btf-type.ts';
import { describe } from '../types/describe-type.ts';
import { registerLayouts } from '../types/registers.ts';
import { isNumber, uint64, unknown } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** What a function returned: 64 bits without a sign, or of fexit what its type says. */
export const retval: BuiltinDefinition = {
  name: 'retval',
  kernel: '4.1',
  check(identifier, { target, env, config, report }) {
    const { context } = target;
    if (context.kind === 'registers' && context.at === 'return') return uint64;
    if (context.kind !== 'function' || context.at !== 'return') {
      const message = "The retval builtin can only be used with 'kretprobe' and 'uretprobe' and 'fentry' probes";
      report('invalid-use', identifier.span, message);
      return unknown;
    }
    if (context.function === null || env.types === undefined) return unknown;
    const type = btfType(env.types, context.function.returns, context.space, config.maxStringLength);
    if (type !== undefined && isNumber(type)) return type;
    const what = type === undefined ? 'nothing that can be read' : describe(type);
    report('invalid-use', identifier.span, `${target.name} returns ${what}`);
    return unknown;
  },
  lower(lowering) {
    const { builder, target, env } = lowering;
    if (target.context.kind === 'function') return lowerResult(lowering);
    return numberValue(builder.load(8, inRegister(builder.context(), registerLayouts[env.arch].result)));
  },
};
