import type { CMember } from '@bpfleet/bpf';
import type { Index, Member } from '../syntax/ast.ts';
import { recordOf } from '../types/record.ts';
import type { AddressSpace, IntegerType, Type } from '../types/type.ts';
import { extend } from './lower-number.ts';
import type { Lowering } from './lowering.ts';
import { readInteger, readText } from './read-memory.ts';
import { numberValue, type Operand, type StringDestination, type Value } from './value.ts';

/** `pointer->x` and `structure.x`: a field in user or kernel memory. Structures and arrays give their address. */
export function lowerRecordField(lowering: Lowering, expression: Member, into?: StringDestination): Value {
  const record = recordOf(lowering.env.types, lowering.typeOf(expression.object));
  if (record === undefined) throw new Error(`there is no field ${expression.name}`);
  const wanted = { ...record, field: expression.name, type: lowering.typeOf(expression) };
  return lowerFieldAt(lowering, lowering.number(expression.object), wanted, into);
}

/** A field of a structure at an address. */
export function lowerFieldAt(
  lowering: Lowering,
  object: Operand,
  { id, space, field: name, type }: { id: number; space: AddressSpace; field: string; type: Type },
  into?: StringDestination,
): Value {
  const { builder, env } = lowering;
  const field = env.types?.member(id, name);
  if (field === undefined) throw new Error(`there is no field ${name}`);
  const address = builder.binary('add', object, BigInt(Math.floor(field.bitOffset / 8)));
  switch (type.kind) {
    case 'string': {
      const bytes = stringBytes(lowering, field, type.size);
      return readText(lowering, { address, space, bytes, size: type.size, countTruncated: false }, into);
    }
    case 'integer':
      return numberValue(readField(lowering, field, address, space, type));
    case 'pointer':
      return numberValue(readInteger(lowering, address, space, 8));
    default:
      return numberValue(address);
  }
}

/** `array[i]` of an array in memory. Beyond its end 0. */
export function lowerMemoryIndex(lowering: Lowering, expression: Index, array: Type & { kind: 'array' }): Value {
  const { builder } = lowering;
  const { element, length, space = 'kernel' } = array;
  const start = lowering.number(expression.object);
  const index = lowering.number(expression.index);
  const result = builder.copy(0n);
  const read = (at: Operand) => {
    const address = builder.binary('add', start, builder.binary('mul', at, BigInt(element.size)));
    const loaded = readInteger(lowering, address, space, element.size);
    builder.assign(result, extend(builder, loaded, element.size, element.signed));
  };
  if (typeof index === 'bigint') read(index);
  else builder.when('ult', index, BigInt(length), () => read(index));
  return numberValue(result);
}

/** The text's own array, which may be shorter than the value that holds it. */
function stringBytes({ env, config }: Lowering, { type }: CMember, size: number): number {
  const array = env.types?.resolve(type);
  const length = array?.kind === 'array' && array.length > 0 ? array.length : config.maxStringLength;
  return Math.min(length, size);
}

function readField(
  lowering: Lowering,
  { bitOffset, bits }: CMember,
  address: Operand,
  space: AddressSpace,
  type: IntegerType,
): Operand {
  const { builder } = lowering;
  if (bits === 0) {
    return extend(builder, readInteger(lowering, address, space, type.size), type.size, type.signed);
  }
  const first = bitOffset % 8;
  const loaded = readInteger(lowering, address, space, Math.min(8, Math.ceil((first + bits) / 8)));
  const top = builder.binary('shl', loaded, BigInt(64 - first - bits));
  return builder.binary(type.signed ? 'sshr' : 'ushr', top, BigInt(64 - bits));
}
