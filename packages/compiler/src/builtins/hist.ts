import type { FunctionBuilder } from '../ir/function-builder.ts';
import type { Lowering } from '../ir/lowering.ts';
import type { Operand } from '../ir/value.ts';
import { constantValue } from '../passes/fold-constants.ts';
import type { AggregateType } from '../types/type.ts';
import { countBucket } from './bucket.ts';
import type { AggregateDefinition } from './definition.ts';
import { aggregateOf, measureFirst } from './measured.ts';

const MAX_BITS = 5n;

/**
 * A histogram by powers of two, each cut into 2^bits buckets. Bucket 0: below zero; n+1: the value n below 2^bits;
 * else with p = floor(log2 v): ((p-bits+1) << bits | the `bits` bits after v's first) + 1.
 */
export const hist: AggregateDefinition = {
  kind: 'aggregate',
  name: 'hist',
  signature: 'hist(n [, bits])',
  kernel: '4.6',
  minimum: 1,
  maximum: 2,
  flagged: false,
  check(call, context) {
    const type = aggregateOf('hist', call, context);
    const argument = call.arguments[1];
    if (argument === undefined) return { ...type, histBits: 0 };
    context.typeOf(argument);
    const bits = constantValue(argument);
    if (bits !== undefined && bits >= 0n && bits <= MAX_BITS) return { ...type, histBits: Number(bits) };
    const message = bits === undefined ? 'bits must be an integer literal' : `bits ${bits} must be 0..${MAX_BITS}`;
    context.report('invalid-argument', call.span, `hist: ${message}`);
    return { kind: 'unknown' };
  },
  measure: measureFirst,
  slots: (type) => histSlots(type.histBits ?? 0),
  update(lowering, measured = 0n, cell, type) {
    const bits = type.histBits ?? 0;
    countBucket(lowering, cell, histSlot(lowering, measured, bits, type), histSlots(bits));
  },
};

/** Buckets there are, up to the one of 2^64 - 1. */
function histSlots(bits: number): number {
  return ((63 - bits + 1) << bits) + (1 << bits) + 1;
}

function histSlot(lowering: Lowering, value: Operand, bits: number, { signed }: AggregateType): Operand {
  const { builder, looping } = lowering;
  const slot = builder.newRegister();
  const [positive, small, large, after] = [
    builder.newBlock(),
    builder.newBlock(),
    builder.newBlock(),
    builder.newBlock(),
  ];
  builder.assign(slot, 0n);
  if (signed) builder.branch('slt', value, 0n, after, positive);
  else builder.jump(positive);
  builder.startBlock(positive);
  builder.branch('ult', value, 1n << BigInt(bits), small, large);
  builder.startBlock(small);
  builder.assign(slot, builder.binary('add', value, 1n));
  builder.jump(after);
  builder.startBlock(large);
  const power = looping ? straightLog2(builder, value) : floorLog2(builder, value);
  builder.assign(slot, bits === 0 ? builder.binary('add', power, 2n) : subBucket(builder, value, power, bits));
  builder.jump(after);
  builder.startBlock(after);
  return slot;
}

/** The bucket of a value of at least 2^bits, whose first one bit is `power`. */
function subBucket(builder: FunctionBuilder, value: Operand, power: Operand, bits: number): Operand {
  const shift = builder.binary('sub', power, BigInt(bits));
  const mantissa = builder.binary('and', builder.binary('ushr', value, shift), (1n << BigInt(bits)) - 1n);
  const first = builder.binary('shl', builder.binary('add', shift, 1n), BigInt(bits));
  return builder.binary('add', builder.binary('or', first, mantissa), 1n);
}

/** The index of the first one bit: halves are compared with zero, which processors foresee for what is measured mostly. */
function floorLog2(builder: FunctionBuilder, value: Operand): Operand {
  const rest = builder.copy(value);
  const result = builder.newRegister();
  builder.assign(result, 0n);
  // No comparison takes a constant of more than 31 bits.
  const high = builder.binary('ushr', rest, 32n);
  builder.when('ne', high, 0n, () => {
    builder.assign(rest, high);
    builder.assign(result, 32n);
  });
  for (const step of [16n, 8n, 4n, 2n, 1n]) {
    builder.when('uge', rest, 1n << step, () => {
      if (step > 1n) builder.update(rest, 'ushr', step);
      builder.update(result, 'add', step);
    });
  }
  return result;
}

/** The same without a branch. `high` has at most 32 bits, so the first bit of its negation says whether it is zero. */
function straightLog2(builder: FunctionBuilder, value: Operand): Operand {
  let rest = value;
  let result: Operand = 0n;
  for (let step = 5n; step >= 0n; step--) {
    const high = builder.binary('ushr', rest, 1n << step);
    const add = builder.binary('shl', builder.binary('ushr', builder.negate(high), 63n), step);
    rest = builder.binary('ushr', rest, add);
    result = builder.binary('or', result, add);
  }
  return result;
}
