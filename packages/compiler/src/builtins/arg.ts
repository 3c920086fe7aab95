import { inRegister, numberValue } from '../ir/value.ts';
import { uint64, unknown } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** `arg0` to `arg9`: the arguments of a raw tracepoint as the kernel passes them, 8 bytes each. */
function arg(index: number): BuiltinDefinition {
  const name = `arg${index}`;
  return {
    name,
    kernel: '4.17',
    check(identifier, context) {
      if (context.target.context.kind === 'raw-tracepoint') return uint64;
      const hint = context.target.context.kind === 'tracepoint' ? 'a tracepoint has args.name' : undefined;
      context.report('invalid-use', identifier.span, `${context.target.name} has no ${name}`, hint);
      return unknown;
    },
    lower: ({ builder }) => numberValue(builder.load(8, inRegister(builder.context(), index * 8))),
  };
}

export const argBuiltins: readonly BuiltinDefinition[] = Array.from({ length: 10 }, (_, index) => arg(index));
