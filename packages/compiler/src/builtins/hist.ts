import type { FunctionBuilder } from '../ir/function-builder.ts';
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
    countBucket(lowering, cell, histSlot(lowering.builder, measured, bits, type), histSlots(bits));
  },
};

/** Buckets there are, up to the one of 2^64 - 1. */
function histSlots(bits: number): number {
  return ((63 - bits + 1) << bits) + (1 << bits) + 1;
}

function histSlot(builder: FunctionBuilder, value: Operand, bits: number, { signed }: AggregateType): Operand {
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
  const shift = builder.binary('sub', floorLog2(builder, value), BigInt(bits));
  const mantissa = builder.binary('and', builder.binary('ushr', value, shift), (1n << BigInt(bits)) - 1n);
  const power = builder.binary('shl', builder.binary('add', shift, 1n), BigInt(bits));
  builder.assign(slot, builder.binary('add', builder.binary('or', power, mantissa), 1n));
  builder.jump(after);
  builder.startBlock(after);
  return slot;
}

/**
 * The index of the first one bit, without a branch: each branch would double the ways the verifier walks. `high` has
 * at most 32 bits, so the first bit of its negation says whether it is zero.
 */
function floorLog2(builder: FunctionBuilder, value: Operand): Operand {
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
