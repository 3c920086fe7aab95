import { lowerStaticArgument } from '../ir/lower-static-argument.ts';
import type { Lowering } from '../ir/lowering.ts';
import { readInteger } from '../ir/read-memory.ts';
import { inRegister, numberValue, type Value } from '../ir/value.ts';
import { registerLayouts } from '../types/registers.ts';
import { parseArgument } from '../types/static-argument.ts';
import { type AddressSpace, int64, uint64, unknown } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** Static probes have at most 12 arguments. */
const COUNT = 16;

/**
 * `arg0` and so on: the arguments of a raw tracepoint or a function as they are passed, 8 bytes each; those of a static probe
 * as signed numbers.
 */
function arg(index: number): BuiltinDefinition {
  const name = `arg${index}`;
  return {
    name,
    kernel: '4.17',
    check(identifier, { target, env, report }) {
      const { context } = target;
      if (context.kind === 'raw-tracepoint' || (context.kind === 'registers' && context.at === 'entry')) return uint64;
      if (context.kind === 'static-probe') {
        const text = context.arguments[index];
        // The same script may serve probes of several numbers of arguments: what one has not is 0.
        if (text === undefined || parseArgument(env.arch, text) !== undefined) return int64;
        report('invalid-use', identifier.span, `${name} is kept as ${text}, which cannot be read`);
        return unknown;
      }
      const raw = context.kind === 'function' && context.raw === true;
      if (raw && (context.function === null || index < context.function.parameters.length)) return uint64;
      const named = context.kind === 'tracepoint' || context.kind === 'function';
      const message = `The ${name} builtin can only be used with 'kprobes', 'uprobes' and 'usdt' probes`;
      report('invalid-use', identifier.span, message, named ? 'it has args.name' : undefined);
      return unknown;
    },
    lower(lowering) {
      const { builder, target } = lowering;
      const { context } = target;
      if (context.kind === 'static-probe') return lowerStaticArgument(lowering, context.arguments[index]);
      if (target.context.kind === 'registers') return functionArgument(lowering, index, target.context.space);
      return numberValue(builder.load(8, inRegister(builder.context(), index * 8)));
    },
  };
}

/** The first arguments are in registers, the rest on the stack as the caller left it. */
function functionArgument(lowering: Lowering, index: number, space: AddressSpace): Value {
  const { builder, env } = lowering;
  const layout = registerLayouts[env.arch];
  const register = layout.arguments[index];
  if (register !== undefined) return numberValue(builder.load(8, inRegister(builder.context(), register)));
  const onStack = layout.stackArguments + (index - layout.arguments.length) * 8;
  const stack = builder.load(8, inRegister(builder.context(), layout.stackPointer));
  const address = builder.binary('add', stack, BigInt(onStack));
  return numberValue(readInteger(lowering, address, space === 'user' ? 'user' : 'kernel', 8));
}

export const argBuiltins: readonly BuiltinDefinition[] = Array.from({ length: COUNT }, (_, index) => arg(index));
