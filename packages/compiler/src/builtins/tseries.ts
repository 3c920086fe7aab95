import type { Lowering } from '../ir/lowering.ts';
import { inRegister, type Operand } from '../ir/value.ts';
import { constantValue } from '../passes/fold-constants.ts';
import type { Call, Expression } from '../syntax/ast.ts';
import type { AggregateType, TseriesShape } from '../types/type.ts';
import type { AggregateDefinition, CheckContext } from './definition.ts';
import { aggregateOf } from './measured.ts';

/** Bytes of an interval: its number since the Unix epoch, what was folded, how many values or the time of the newest. */
const INTERVAL_BYTES = 24;
const [NUMBER, VALUE, EXTRA] = [0, 8, 16];
/** The limit of bpftrace. */
const MAX_INTERVALS = 1_000_000n;
/** The kernel keeps at most 32 KiB a CPU for one value. */
const MAX_VALUE_INTERVALS = 1_300n;
const aggregates = ['avg', 'max', 'min', 'sum'] as const;

/** A ring of intervals of the wall clock on each CPU; interval number n is at n modulo the length of the ring. */
export const tseries: AggregateDefinition = {
  kind: 'aggregate',
  name: 'tseries',
  signature: 'tseries(n, interval, num_intervals [, "avg"|"max"|"min"|"sum"])',
  kernel: '4.4',
  minimum: 3,
  maximum: 4,
  flagged: false,
  check(call, context) {
    checkStability(call, context);
    const type = aggregateOf('tseries', call, context);
    const shape = shapeOf(call, context);
    return shape === undefined ? { kind: 'unknown' } : { ...type, tseries: shape };
  },
  measure: ({ arguments: [value] }, lowering) => lowering.number(value as Expression),
  slots: ({ tseries: shape }) => ((shape?.buckets ?? 0) * INTERVAL_BYTES) / 8,
  update(lowering, measured = 0n, cell, type) {
    const { builder, env } = lowering;
    const { tseries: shape } = type;
    if (shape === undefined) return;
    const now = builder.binary('add', builder.call('ktime_get_boot_ns'), env.wallOffset?.() ?? 0n);
    const number = builder.binary('udiv', now, shape.interval);
    const index = builder.copy(builder.binary('umod', number, BigInt(shape.buckets)));
    // For the verifier alone.
    builder.when('ult', index, BigInt(shape.buckets), () => {
      const offset = builder.binary('mul', index, BigInt(INTERVAL_BYTES));
      const base = builder.register(builder.binary('add', cell.register, offset));
      const held = builder.load(8, inRegister(base, cell.cells + NUMBER));
      const [fresh, same, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
      builder.branch('eq', held, number, same, fresh);
      builder.startBlock(fresh);
      builder.store(8, inRegister(base, cell.cells + NUMBER), number);
      builder.store(8, inRegister(base, cell.cells + VALUE), measured);
      builder.store(8, inRegister(base, cell.cells + EXTRA), shape.aggregate === 'avg' ? 1n : now);
      builder.jump(after);
      builder.startBlock(same);
      fold(lowering, base, cell.cells, measured, now, type, shape);
      builder.jump(after);
      builder.startBlock(after);
    });
  },
};

function fold(
  { builder }: Lowering,
  base: number,
  cells: number,
  measured: Operand,
  now: Operand,
  { signed }: AggregateType,
  { aggregate }: TseriesShape,
): void {
  const value = inRegister(base, cells + VALUE);
  const extra = inRegister(base, cells + EXTRA);
  switch (aggregate) {
    case 'none':
      builder.store(8, value, measured);
      builder.store(8, extra, now);
      break;
    case 'sum':
      builder.atomicAdd(value, measured);
      break;
    case 'avg':
      builder.atomicAdd(value, measured);
      builder.atomicAdd(extra, 1n);
      break;
    case 'min':
    case 'max': {
      const wins = aggregate === 'min' ? (signed ? 'slt' : 'ult') : signed ? 'sgt' : 'ugt';
      builder.when(wins, builder.register(measured), builder.load(8, value), () => builder.store(8, value, measured));
      break;
    }
  }
}

function checkStability({ span }: Call, { config, report, warn }: CheckContext): void {
  if (config.unstableTseries === 'error') {
    const message =
      'tseries feature is not enabled by default. To enable this unstable feature, set the config flag to enable. unstable_tseries=enable';
    report('unsupported', span, message);
  } else if (config.unstableTseries === 'warn') {
    warn(
      'options',
      { start: 0, end: 0 },
      'Script is using an unstable feature: tseries. To prevent this warning you must explicitly enable it in the config e.g. unstable_tseries=enable',
    );
  }
}

/** undefined where something is wrong, which is reported. */
function shapeOf(call: Call, context: CheckContext): TseriesShape | undefined {
  const [, intervalArgument, bucketsArgument, aggregateArgument] = call.arguments;
  const problem = (message: string) => {
    context.report('invalid-argument', call.span, message);
    return undefined;
  };
  const interval = literal(intervalArgument, context);
  if (interval === undefined) return problem('tseries: invalid interval_ns value (must be non-negative literal)');
  const buckets = literal(bucketsArgument, context);
  if (buckets === undefined) return problem('tseries: invalid num_intervals value (must be non-negative literal)');
  if (interval < 1n) return problem(`tseries() interval_ns must be >= 1 (${interval} provided)`);
  if (buckets < 1n) return problem(`tseries() num_intervals must be >= 1 (${buckets} provided)`);
  if (buckets >= MAX_INTERVALS)
    return problem(`tseries() num_intervals must be < ${MAX_INTERVALS} (${buckets} provided)`);
  if (buckets > MAX_VALUE_INTERVALS) {
    return problem(`tseries() keeps at most ${MAX_VALUE_INTERVALS} intervals, for a value has at most 32 KiB a CPU`);
  }
  const aggregate = aggregateIn(aggregateArgument, context);
  if (aggregate === undefined) {
    const given = aggregateArgument?.kind === 'string' ? ` ("${aggregateArgument.value}" provided)` : '';
    return problem(`tseries() expects one of the following aggregation functions: ${aggregates.join(', ')}${given}`);
  }
  return { interval, buckets: Number(buckets), aggregate };
}

function literal(argument: Expression | undefined, context: CheckContext): bigint | undefined {
  if (argument === undefined) return undefined;
  context.typeOf(argument);
  const value = constantValue(argument);
  return value === undefined || value < 0n ? undefined : value;
}

function aggregateIn(argument: Expression | undefined, context: CheckContext): TseriesShape['aggregate'] | undefined {
  if (argument === undefined) return 'none';
  context.typeOf(argument);
  return argument.kind === 'string' ? aggregates.find((one) => one === argument.value) : undefined;
}
