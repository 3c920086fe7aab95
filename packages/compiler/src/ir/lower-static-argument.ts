import { parseArgument } from '../types/static-argument.ts';
import { resize } from './lower-number.ts';
import type { Lowering } from './lowering.ts';
import { readInteger } from './read-memory.ts';
import { inRegister, numberValue, type Value } from './value.ts';

/** An argument of a static probe, extended to 64 bits by its sign; 0 where the probe has not so many. */
export function lowerStaticArgument(lowering: Lowering, text: string | undefined): Value {
  const { builder, env } = lowering;
  if (text === undefined) return numberValue(0n);
  const argument = parseArgument(env.arch, text);
  if (argument === undefined) throw new Error(`${text} is no place of an argument`);
  const { size, signed } = argument;
  if (argument.kind === 'constant') {
    // Compilers write the number of an unsigned type as they please: `2@$-1` is 65535.
    return numberValue(BigInt.asIntN(64, (signed ? BigInt.asIntN : BigInt.asUintN)(size * 8, argument.value)));
  }
  const register = (offset: number) => builder.load(8, inRegister(builder.context(), offset));
  if (argument.kind === 'register') return numberValue(resize(builder, register(argument.offset), size, signed));
  const { base, displacement, index } = argument;
  let address = builder.binary('add', register(base), displacement);
  if (index !== undefined) {
    address = builder.binary('add', address, builder.binary('mul', register(index.offset), BigInt(index.scale)));
  }
  return numberValue(resize(builder, readInteger(lowering, address, 'user', size), size, signed));
}
