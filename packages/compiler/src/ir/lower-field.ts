import type { Expression, Index, Member } from '../syntax/ast.ts';
import type { TracepointField } from '../types/tracepoint-format.ts';
import type { IntegerType } from '../types/type.ts';
import { lowerArgument } from './lower-argument.ts';
import { extend } from './lower-number.ts';
import { lowerMemoryIndex, lowerRecordField } from './lower-record-field.ts';
import { lowerSyscallField } from './lower-syscall.ts';
import type { Lowering } from './lowering.ts';
import { readText } from './read-memory.ts';
import { inRegister, numberValue, type Operand, type StringDestination, type Value } from './value.ts';

/** `args.x`, and fields of structures in memory. */
export function lowerMember(lowering: Lowering, expression: Member, into?: StringDestination): Value {
  if (lowering.typeOf(expression.object).kind !== 'args') return lowerRecordField(lowering, expression, into);
  if (lowering.target.context.kind === 'function') return lowerArgument(lowering, expression);
  return lowerTracepointField(lowering, expression, into);
}

function lowerTracepointField(lowering: Lowering, expression: Member, into?: StringDestination): Value {
  const { builder } = lowering;
  const field = fieldOf(lowering, expression);
  const type = lowering.typeOf(expression);
  const { context: probed } = lowering.target;
  if (probed.kind === 'tracepoint' && probed.raw !== undefined) {
    return numberValue(lowerSyscallField(lowering, probed.raw, field, type));
  }
  const context = builder.context();
  if (type.kind === 'string') {
    const address = field.dataLocation
      ? builder.binary(
          'add',
          context,
          builder.binary('and', builder.load(4, inRegister(context, field.offset)), 0xffffn),
        )
      : builder.binary('add', context, BigInt(field.offset));
    const bytes = field.dataLocation ? type.size : field.size;
    return readText(
      lowering,
      { address, space: 'kernel', bytes, size: type.size, countTruncated: field.dataLocation },
      into,
    );
  }
  if (type.kind === 'pointer') return numberValue(builder.load(8, inRegister(context, field.offset)));
  if (type.kind !== 'integer') throw new Error(`${expression.name} has no value of its own`);
  return numberValue(loadInteger(lowering, field.offset, type));
}

/** `array[i]`; of a tracepoint's argument, an element of an array of integers. Beyond its end 0. */
export function lowerIndex(lowering: Lowering, expression: Index): Value {
  const { builder } = lowering;
  const type = lowering.typeOf(expression.object);
  if (type.kind === 'array' && type.space !== undefined) return lowerMemoryIndex(lowering, expression, type);
  if (type.kind !== 'array' || expression.object.kind !== 'member')
    throw new Error('only arrays of args have elements');
  const field = fieldOf(lowering, expression.object);
  const index = lowering.number(expression.index);
  if (typeof index === 'bigint') {
    return numberValue(loadInteger(lowering, field.offset + Number(index) * type.element.size, type.element));
  }
  const result = builder.copy(0n);
  builder.when('ult', index, BigInt(type.length), () => {
    const offset = builder.binary('mul', index, BigInt(type.element.size));
    const address = builder.binary('add', builder.binary('add', builder.context(), BigInt(field.offset)), offset);
    const cell = lowering.allocate(8);
    builder.store(8, cell, 0n);
    builder.call(
      'probe_read_kernel',
      { kind: 'address', place: cell },
      { kind: 'operand', operand: BigInt(type.element.size) },
      { kind: 'operand', operand: address },
    );
    builder.assign(result, extend(builder, builder.load(8, cell), type.element.size, type.element.signed));
  });
  return numberValue(result);
}

function loadInteger(lowering: Lowering, offset: number, type: IntegerType): Operand {
  const { builder } = lowering;
  const loaded = builder.load(type.size, inRegister(builder.context(), offset));
  return extend(builder, loaded, type.size, type.signed);
}

function fieldOf(lowering: Lowering, expression: Expression & { kind: 'member' }): TracepointField {
  const { context } = lowering.target;
  const fields = context.kind === 'tracepoint' ? context.format?.fields : undefined;
  const field = fields?.find((candidate) => candidate.name === expression.name);
  if (field === undefined) throw new Error(`the probe has no argument ${expression.name}`);
  return field;
}
