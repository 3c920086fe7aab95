import { readInteger } from '../ir/read-memory.ts';
import { inRegister, numberValue } from '../ir/value.ts';
import { registerLayouts } from '../types/registers.ts';
import { int64, unknown } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** `sarg0` to `sarg9`: what lies on the stack at a function's entry, 8 bytes each, for languages that pass all there. */
function sarg(index: number): BuiltinDefinition {
  const name = `sarg${index}`;
  return {
    name,
    kernel: '4.11',
    check(identifier, { target, report }) {
      if (target.context.kind === 'registers' && target.context.at === 'entry') return int64;
      report('invalid-use', identifier.span, `${target.name} has no ${name}`, 'kprobe and uprobe have it');
      return unknown;
    },
    lower(lowering) {
      const { builder, env, target } = lowering;
      const layout = registerLayouts[env.arch];
      const stack = builder.load(8, inRegister(builder.context(), layout.stackPointer));
      const address = builder.binary('add', stack, BigInt(layout.stackArguments + index * 8));
      const space = target.context.kind === 'registers' && target.context.space === 'user' ? 'user' : 'kernel';
      return numberValue(readInteger(lowering, address, space, 8));
    },
  };
}

export const sargBuiltins: readonly BuiltinDefinition[] = Array.from({ length: 10 }, (_, index) => sarg(index));
