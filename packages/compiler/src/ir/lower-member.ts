import type { CMember } from '@bpfleet/bpf';
import type { Expression, Member } from '../syntax/ast.ts';
import { recordOf } from '../types/record.ts';
import type { TracepointField } from '../types/tracepoint-format.ts';
import type { AddressSpace, RecordType, TupleType, Type } from '../types/type.ts';
import { lowerArgument } from './lower-argument.ts';
import { extend } from './lower-number.ts';
import { lowerProgramArgument } from './lower-program-argument.ts';
import { lowerSyscallField } from './lower-syscall.ts';
import { tupleElement } from './lower-tuple.ts';
import type { Lowering } from './lowering.ts';
import { shiftOut } from './memory.ts';
import { readInteger, readText } from './read-memory.ts';
import { type Destination, inRegister, numberValue, type Operand, placeAt, type Value } from './value.ts';
import { readSpace, type TextOptions, valueAtAddress, valueInProgram } from './value-at.ts';

/** `args.x`, `tuple.0`, and fields of structures. */
export function lowerMember(lowering: Lowering, expression: Member, into?: Destination): Value {
  const object = lowering.typeOf(expression.object);
  if (object.kind === 'tuple') {
    const index = memberIndex(object, expression.name);
    return tupleElement(lowering, lowering.memory(expression.object), object, index);
  }
  if (object.kind !== 'args') return lowerField(lowering, expression, into);
  if (lowering.target.context.kind === 'function') return lowerArgument(lowering, expression);
  if (lowering.target.context.kind === 'registers') return lowerProgramArgument(lowering, expression);
  return lowerTracepointField(lowering, expression, into);
}

/** Which element `.0` or `.name` is; -1 where there is none. */
export function memberIndex({ elements, names }: TupleType, name: string): number {
  if (!/^\d{1,4}$/.test(name)) return names?.indexOf(name) ?? -1;
  return Number(name) < elements.length ? Number(name) : -1;
}

function lowerField(lowering: Lowering, expression: Member, into?: Destination): Value {
  const { env } = lowering;
  const record = recordOf(lowering.typeOf(expression.object));
  const field = record && env.types?.member(record.id, expression.name);
  if (record === undefined || field === undefined) throw new Error(`there is no field ${expression.name}`);
  const type = lowering.typeOf(expression);
  const options = { into, ...(type.kind === 'string' ? arrayBytes(lowering, field, type.size) : {}) };
  if (record.space === 'program') {
    const { place } = lowering.memory(expression.object);
    const bits = field.bits === 0 ? {} : { bits: field.bits };
    return valueInProgram(lowering, place, field.bitOffset, type, { ...options, ...bits });
  }
  return fieldAtAddress(lowering, lowering.number(expression.object), record, field, type, options);
}

/** Where an array of characters lies that is a field or an argument: as bytes, a zero among them does not end it. */
export function characterArray(
  lowering: Lowering,
  expression: Expression,
): { readonly address: Operand; readonly space: AddressSpace } | undefined {
  if (expression.kind !== 'member' || lowering.typeOf(expression).kind !== 'string') return undefined;
  const { builder, env } = lowering;
  const object = lowering.typeOf(expression.object);
  if (object.kind === 'args') {
    const { context } = lowering.target;
    if (context.kind !== 'tracepoint' || context.all !== undefined) return undefined;
    const field = fieldOf(lowering, expression);
    return field.dataLocation ? undefined : { address: addressIn(lowering, field), space: 'kernel' };
  }
  const record = recordOf(object);
  const field = record && env.types?.member(record.id, expression.name);
  if (record === undefined || field === undefined) return undefined;
  const offset = Math.floor(field.bitOffset / 8);
  if (record.space === 'program') {
    const { place } = lowering.memory(expression.object);
    return { address: builder.address(placeAt(place, offset)), space: 'kernel' };
  }
  const address = builder.binary('add', lowering.number(expression.object), BigInt(offset));
  return { address, space: readSpace(record.space) };
}

/** A field of a structure in other memory, by the structure's address. */
export function fieldAtAddress(
  lowering: Lowering,
  object: Operand,
  record: RecordType,
  field: CMember,
  type: Type,
  options: TextOptions = {},
): Value {
  const address = lowering.builder.binary('add', object, BigInt(Math.floor(field.bitOffset / 8)));
  if (field.bits !== 0 && type.kind === 'integer') {
    return numberValue(readBitField(lowering, field, address, record));
  }
  return valueAtAddress(lowering, address, readSpace(record.space), type, options);
}

/** The text's own array, which may be shorter than the value that holds it; one without a length ends with its zero. */
function arrayBytes({ env, config }: Lowering, { type }: CMember, size: number): TextOptions {
  const array = env.types?.resolve(type);
  if (array?.kind !== 'array' || array.length === 0)
    return { textBytes: Math.min(config.maxStringLength, size), array: false };
  return { textBytes: Math.min(array.length, size) };
}

/** Without sign, as bpftrace has it, whatever the field's type. */
function readBitField(lowering: Lowering, { bitOffset, bits }: CMember, address: Operand, record: RecordType): Operand {
  const first = bitOffset % 8;
  const bytes = Math.min(8, Math.ceil((first + bits) / 8));
  const loaded = readInteger(lowering, address, readSpace(record.space), bytes);
  return shiftOut(lowering, loaded, 64 - first - bits, bits, false);
}

function lowerTracepointField(lowering: Lowering, expression: Member, into?: Destination): Value {
  const { builder } = lowering;
  const field = fieldOf(lowering, expression);
  const type = lowering.typeOf(expression);
  const { context: probed } = lowering.target;
  if (probed.kind === 'tracepoint' && probed.all !== undefined) {
    return numberValue(lowerSyscallField(lowering, probed.all, field, type));
  }
  const context = builder.context();
  switch (type.kind) {
    case 'string': {
      const address = field.dataLocation ? dataLocation(lowering, field) : addressIn(lowering, field);
      const bytes = field.dataLocation ? type.size : field.size;
      const countTruncated = field.dataLocation;
      const text = {
        address,
        space: 'kernel',
        bytes,
        size: type.size,
        countTruncated,
        array: !countTruncated,
      } as const;
      return readText(lowering, text, into);
    }
    case 'pointer':
      return numberValue(builder.load(8, inRegister(context, field.offset)));
    case 'integer': {
      const loaded = builder.load(type.size, inRegister(context, field.offset));
      return numberValue(extend(builder, loaded, type.size, type.signed));
    }
    case 'boolean':
      return numberValue(builder.load(1, inRegister(context, field.offset)));
    default:
      return numberValue(field.dataLocation ? dataLocation(lowering, field) : addressIn(lowering, field));
  }
}

function addressIn({ builder }: Lowering, field: TracepointField): Operand {
  return builder.binary('add', builder.context(), BigInt(field.offset));
}

/** `__data_loc`: the lower half of the locator is the offset from the record's start. */
function dataLocation({ builder }: Lowering, field: TracepointField): Operand {
  const locator = builder.load(4, inRegister(builder.context(), field.offset));
  return builder.binary('add', builder.context(), builder.binary('and', locator, 0xffffn));
}

function fieldOf(lowering: Lowering, expression: Member): TracepointField {
  const { context } = lowering.target;
  const fields = context.kind === 'tracepoint' ? context.format?.fields : undefined;
  const field = fields?.find((candidate) => candidate.name === expression.name);
  if (field === undefined) throw new Error(`the probe has no argument ${expression.name}`);
  return field;
}
