import type { Member } from '../syntax/ast.ts';
import type { ArgumentPlace } from '../types/argument-places.ts';
import { programArguments } from '../types/program-argument.ts';
import { registerLayouts } from '../types/registers.ts';
import type { Type } from '../types/type.ts';
import { resize } from './lower-number.ts';
import type { Lowering } from './lowering.ts';
import { readInteger } from './read-memory.ts';
import { inRegister, numberValue, type Operand, placeAt, type Value } from './value.ts';
import { valueAtAddress } from './value-at.ts';

const WORD = 8;

/** `args.x` of uprobe: from the registers and the stack as the caller left them. */
export function lowerProgramArgument(lowering: Lowering, expression: Member): Value {
  const found = programArguments(lowering.env)?.find(({ parameter }) => parameter.name === expression.name);
  if (found === undefined) throw new Error(`the function has no parameter ${expression.name}`);
  const type = lowering.typeOf(expression);
  const { place } = found;
  if (place.kind === 'behind') return valueAtAddress(lowering, wordAt(lowering, place.address), 'user', type);
  if (place.kind === 'stack') return valueAtAddress(lowering, stackAddress(lowering, place.offset), 'user', type);
  if (place.kind === 'unknown') throw new Error(`nobody knows where ${expression.name} is`);
  return type.kind === 'record'
    ? gathered(lowering, place)
    : numberValue(cut(lowering, register(lowering, place.first), type));
}

/** A structure whose words are in registers. */
function gathered(lowering: Lowering, { first, count }: ArgumentPlace & { kind: 'registers' }): Value {
  const size = count * WORD;
  const place = lowering.allocate(size);
  for (let index = 0; index < count; index++) {
    lowering.builder.store(WORD, placeAt(place, index * WORD), register(lowering, first + index));
  }
  return { kind: 'memory', place, size };
}

/** Of shorter values the upper bytes of a register mean nothing. */
function cut({ builder }: Lowering, loaded: Operand, type: Type): Operand {
  if (type.kind === 'integer') return resize(builder, loaded, type.size, type.signed);
  return type.kind === 'boolean' ? builder.binary('and', loaded, 0xffn) : loaded;
}

function wordAt(lowering: Lowering, place: ArgumentPlace): Operand {
  if (place.kind === 'registers') return register(lowering, place.first);
  if (place.kind === 'stack') return readInteger(lowering, stackAddress(lowering, place.offset), 'user', WORD);
  throw new Error('an address is in no such place');
}

function register({ builder, env }: Lowering, index: number): Operand {
  const offset = registerLayouts[env.arch].arguments[index];
  if (offset === undefined) throw new Error(`there is no register for argument ${index}`);
  return builder.load(WORD, inRegister(builder.context(), offset));
}

function stackAddress({ builder, env }: Lowering, offset: number): Operand {
  const layout = registerLayouts[env.arch];
  const stack = builder.load(WORD, inRegister(builder.context(), layout.stackPointer));
  return builder.binary('add', stack, BigInt(layout.stackArguments + offset));
}
