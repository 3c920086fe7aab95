import type { Span } from '../source/span.ts';
import type { Expression, Index } from '../syntax/ast.ts';
import { type ArrayType, cBytes, type Type } from '../types/type.ts';
import { emitComplaint } from './lower-message.ts';
import { extend } from './lower-number.ts';
import type { Lowering } from './lowering.ts';
import { type Destination, inRegister, numberValue, type Operand, type Value } from './value.ts';
import { readSpace, valueAtAddress, valueInProgram } from './value-at.ts';

/** `*pointer`. A number is the address of 8 bytes. */
export function lowerDereference(
  lowering: Lowering,
  expression: Expression & { kind: 'unary' },
  into?: Destination,
): Value {
  const pointer = lowering.typeOf(expression.operand);
  if (pointer.kind === 'integer') {
    return valueAtAddress(lowering, lowering.number(expression.operand), 'any', lowering.typeOf(expression), { into });
  }
  if (pointer.kind !== 'pointer') throw new Error('only pointers point to something');
  return valueAtAddress(lowering, lowering.number(expression.operand), pointer.space, lowering.typeOf(expression), {
    into,
  });
}

/** `array[i]`, `pointer[i]`, and one character of a string. Beyond the end of an array 0. */
export function lowerIndex(lowering: Lowering, expression: Index, into?: Destination): Value {
  const type = lowering.typeOf(expression.object);
  switch (type.kind) {
    case 'array':
      return type.space === 'program'
        ? indexOwn(lowering, expression, type, into)
        : indexMemory(lowering, expression, type, into);
    case 'string':
      return indexString(lowering, expression, type.size);
    case 'pointer': {
      const element = lowering.typeOf(expression);
      const start = lowering.number(expression.object);
      const address = elementAddress(lowering, start, lowering.number(expression.index), element);
      return valueAtAddress(lowering, address, type.space, element, { into });
    }
    default:
      throw new Error(`${type.kind} has no elements`);
  }
}

function elementAddress({ builder }: Lowering, start: Operand, index: Operand, element: Type): Operand {
  return builder.binary('add', start, builder.binary('mul', index, BigInt(cBytes(element))));
}

/** Of an array in the kernel, in a program or in the tracepoint's record. */
function indexMemory(lowering: Lowering, expression: Index, array: ArrayType, into?: Destination): Value {
  const { builder } = lowering;
  const { element, length } = array;
  const object = expression.object;
  const index = lowering.number(expression.index);
  if (
    array.space === 'context' &&
    typeof index === 'bigint' &&
    element.kind === 'integer' &&
    object.kind === 'member'
  ) {
    const base = contextOffset(lowering, object.name);
    if (base !== undefined) {
      const place = inRegister(builder.context(), base + Number(index) * element.size);
      return numberValue(extend(builder, builder.load(element.size, place), element.size, element.signed));
    }
  }
  const start = lowering.number(object);
  const space = readSpace(array.space);
  const at = (operand: Operand) => elementAddress(lowering, start, operand, element);
  // Of an array without a length, the last of its structure, no bounds are known.
  if (typeof index === 'bigint' || length === 0) return valueAtAddress(lowering, at(index), space, element, { into });
  if (element.kind === 'string') return valueAtAddress(lowering, at(index), space, element, { into });
  return withinBounds(lowering, { index, length, told: expression.span }, () =>
    valueAtAddress(lowering, at(index), space, element),
  );
}

/** 0 where the index is beyond the end, which is told at the place `told` of the source. */
function withinBounds(
  lowering: Lowering,
  { index, length, told }: { readonly index: Operand; readonly length: number; readonly told?: Span },
  read: () => Value,
): Value {
  const { builder } = lowering;
  const result = builder.copy(0n);
  const [inside, beyond, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  builder.branch('ult', index, BigInt(length), inside, beyond);
  builder.startBlock(inside);
  const value = read();
  if (value.kind === 'number') builder.assign(result, value.operand);
  builder.jump(after);
  builder.startBlock(beyond);
  if (told !== undefined)
    emitComplaint(lowering, told, 'Array access out of bounds. This can lead to unexpected results.');
  builder.jump(after);
  builder.startBlock(after);
  return numberValue(result);
}

function contextOffset({ target }: Lowering, name: string): number | undefined {
  const fields = target.context.kind === 'tracepoint' ? target.context.format?.fields : undefined;
  return fields?.find((candidate) => candidate.name === name)?.offset;
}

/** Of an array that the program holds. */
function indexOwn(lowering: Lowering, expression: Index, array: ArrayType, into?: Destination): Value {
  const { builder } = lowering;
  const { element, length } = array;
  const { place } = lowering.memory(expression.object);
  const index = lowering.number(expression.index);
  const stride = cBytes(element);
  if (typeof index === 'bigint') {
    return valueInProgram(lowering, place, Number(index) * stride * 8, element, { into });
  }
  // The end of a text is no surprise.
  const told = lowering.typeOf(expression.object).kind === 'string' ? {} : { told: expression.span };
  return withinBounds(lowering, { index, length, ...told }, () => {
    const address = elementAddress(lowering, builder.address(place), index, element);
    return valueAtAddress(lowering, address, 'kernel', element);
  });
}

function indexString(lowering: Lowering, expression: Index, size: number): Value {
  const array: ArrayType = {
    kind: 'array',
    element: { kind: 'integer', size: 1, signed: true },
    length: size,
    space: 'program',
  };
  return indexOwn(lowering, expression, array);
}
