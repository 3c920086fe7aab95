import { constantValue } from '../passes/fold-constants.ts';
import { toSigned } from '../types/arithmetic.ts';
import type { AggregateType } from '../types/type.ts';
import { countBucket } from './bucket.ts';
import type { AggregateDefinition } from './definition.ts';
import { aggregateOf, measureFirst } from './measured.ts';

const MAX_BUCKETS = 1000n;

const boundNames = ['min', 'max', 'step'];

/** A histogram of equal steps: bucket 0 below `min`, one for each whole step, the last for what those do not reach. */
export const lhist: AggregateDefinition = {
  kind: 'aggregate',
  name: 'lhist',
  signature: 'lhist(n, min, max, step)',
  kernel: '4.6',
  minimum: 4,
  maximum: 4,
  flagged: false,
  check(call, context) {
    const type = aggregateOf('lhist', call, context);
    const [, ...bounds] = call.arguments;
    const values = bounds.map((bound, index) => {
      context.typeOf(bound);
      const value = constantValue(bound);
      if (value === undefined) {
        const message = `lhist: invalid ${boundNames[index]} value (must be non-negative literal)`;
        context.report('invalid-argument', call.span, message);
      }
      return value === undefined ? undefined : toSigned(value);
    });
    const [min, max, step] = values;
    if (min === undefined || max === undefined || step === undefined) return { kind: 'unknown' };
    const problem = boundsProblem(min, max, step);
    if (problem === undefined) return { ...type, lhist: { min, max, step } };
    context.report('invalid-argument', call.span, `lhist() ${problem}`);
    return { kind: 'unknown' };
  },
  measure: measureFirst,
  slots: (type) => (type.lhist === undefined ? 0 : Number(wholeSteps(type.lhist)) + 2),
  update(lowering, measured = 0n, cell, type) {
    const { builder } = lowering;
    const { lhist: bounds } = type;
    if (bounds === undefined) return;
    const steps = wholeSteps(bounds);
    const slots = Number(steps) + 2;
    // What whole steps do not reach counts as above, as in bpftrace.
    const end = bounds.min + steps * bounds.step;
    const slot = builder.copy(0n);
    const [notBelow, inside, above, after] = [
      builder.newBlock(),
      builder.newBlock(),
      builder.newBlock(),
      builder.newBlock(),
    ];
    // A value that is not signed may exceed the signed range; with a minimum below zero it must then count as above.
    const signed = type.signed;
    if (signed) builder.branch('slt', measured, bounds.min, after, notBelow);
    else if (bounds.min > 0n) builder.branch('ult', measured, bounds.min, after, notBelow);
    else builder.jump(notBelow);
    builder.startBlock(notBelow);
    if (!signed && end <= 0n) builder.jump(above);
    else builder.branch(signed ? 'sge' : 'uge', measured, end, above, inside);
    builder.startBlock(inside);
    const step = builder.binary('udiv', builder.binary('sub', measured, bounds.min), bounds.step);
    builder.assign(slot, builder.binary('add', step, 1n));
    builder.jump(after);
    builder.startBlock(above);
    builder.assign(slot, BigInt(slots - 1));
    builder.jump(after);
    builder.startBlock(after);
    countBucket(lowering, cell, slot, slots);
  },
};

function wholeSteps({ min, max, step }: NonNullable<AggregateType['lhist']>): bigint {
  return (max - min) / step;
}

function boundsProblem(min: bigint, max: bigint, step: bigint): string | undefined {
  if (step <= 0n) return `step must be >= 1 (${step} provided)`;
  if (min >= max) return `min must be less than max (provided min ${min} and max ${max})`;
  if (step > max - min) return `step ${step} is larger than the range from ${min} to ${max}`;
  const buckets = wholeSteps({ min, max, step });
  if (buckets > MAX_BUCKETS) return `too many buckets, must be <= ${MAX_BUCKETS} (would need ${buckets})`;
  return undefined;
}
