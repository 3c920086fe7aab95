import { parseArgument } from '../types/static-argument.ts';
import { resize } from './lower-number.ts';
import type { Lowering } from './lowering.ts';
import { readInteger } from './read-memory.ts';
import { inRegister, numberValue, type Value } from './value.ts';

/** An argument of a static probe, extended to 64 bits by its sign. */
export function lowerStaticArgument(lowering: Lowering, text: string): Value {
  const { builder, env } = lowering;
  const argument = parseArgument(env.arch, text);
  if (argument === undefined) throw new Error(`${text} is no place of an argument`);
  const { size, signed } = argument;
  if (argument.kind === 'constant') return numberValue(argument.value);
  const register = (offset: number) => builder.load(8, inRegister(builder.context(), offset));
  if (argument.kind === 'register') return numberValue(resize(builder, register(argument.offset), size, signed));
  const { base, displacement, index } = argument;
  let address = builder.binary('add', register(base), displacement);
  if (index !== undefined) {
    address = builder.binary('add', address, builder.binary('mul', register(index.offset), BigInt(index.scale)));
  }
  return numberValue(resize(builder, readInteger(lowering, address, 'user', size), size, signed));
}
