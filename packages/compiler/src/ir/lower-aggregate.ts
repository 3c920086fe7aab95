import type { AggregateDefinition } from '../builtins/definition.ts';
import type { Call, Expression, MapAccess } from '../syntax/ast.ts';
import type { MapLayout } from '../types/map-layout.ts';
import { arithmetic } from './lower-number.ts';
import type { Lowering } from './lowering.ts';
import { lookUp, lowerKey, withEntry } from './map-entry.ts';
import { inRegister, type Operand, type Place } from './value.ts';

/** `@m[k] = count()` and its like: folds a measured value into the entry of this CPU. */
export function updateAggregate(
  lowering: Lowering,
  access: MapAccess,
  call: Call,
  definition: AggregateDefinition,
): void {
  const { builder } = lowering;
  const layout = lowering.map(access.name);
  const { value, valueType: type } = layout;
  if (value.kind !== 'cells' || type.kind !== 'aggregate') throw new Error(`${access.name} is no map of aggregates`);
  const measured = definition.measure(call, lowering);
  const update = (register: number) => {
    const cell = { register, cells: value.offset, ...(value.set === undefined ? {} : { flag: value.set }) };
    definition.update(lowering, measured, cell, type);
    if (value.set !== undefined) builder.store(8, inRegister(register, value.set), 1n);
  };
  const key = lowerKey(lowering, layout, access.key);
  lowering.forgetMap(access.name);
  if (!layout.keyless) {
    withEntry(lowering, { layout, key, span: call.span }, update);
    return;
  }
  // The one element of a per-CPU array; null for the verifier alone.
  const entry = lookUp(lowering, layout, key);
  builder.when('ne', entry, 0n, () => update(entry));
}

/** The number that count, sum, min, max or avg of an entry is now, over all CPUs; without an entry 0. Kernel 5.19. */
export function readAggregate(lowering: Lowering, layout: MapLayout, key: Expression | undefined): Operand {
  return foldCpus(lowering, layout, lowerKey(lowering, layout, key));
}

/** As readAggregate, with the key in memory. */
export function foldCpus(lowering: Lowering, layout: MapLayout, key: Place): Operand {
  const { builder, env } = lowering;
  const { value, valueType: type } = layout;
  if (value.kind !== 'cells' || type.kind !== 'aggregate') throw new Error('no aggregate to read');
  const first = builder.copy(0n);
  const second = builder.copy(0n);
  const cpu = builder.copy(0n);
  const [head, look, hit, next, after] = [0, 0, 0, 0, 0].map(() => builder.newBlock()) as [
    number,
    number,
    number,
    number,
    number,
  ];
  builder.jump(head);
  builder.startBlock(head);
  builder.branch('ult', cpu, BigInt(env.cpus), look, after);
  builder.startBlock(look);
  const entry = builder.call(
    'map_lookup_percpu_elem',
    { kind: 'map', map: layout.map },
    { kind: 'address', place: key },
    { kind: 'operand', operand: cpu },
  );
  builder.branch('ne', entry, 0n, hit, next);
  builder.startBlock(hit);
  const cell = builder.load(8, inRegister(entry, value.offset));
  if (type.aggregate === 'min' || type.aggregate === 'max') {
    const wins = type.aggregate === 'min' ? (type.signed ? 'slt' : 'ult') : type.signed ? 'sgt' : 'ugt';
    const set = builder.load(8, inRegister(entry, value.set ?? 0));
    builder.when('ne', set, 0n, () => {
      // `second` says whether a CPU before had a value.
      const [take, keep] = [builder.newBlock(), builder.newBlock()];
      const compare = builder.newBlock();
      builder.branch('eq', second, 0n, take, compare);
      builder.startBlock(compare);
      builder.branch(wins, cell, first, take, keep);
      builder.startBlock(take);
      builder.assign(first, cell);
      builder.assign(second, 1n);
      builder.jump(keep);
      builder.startBlock(keep);
    });
  } else {
    builder.assign(first, builder.binary('add', first, cell));
    if (value.slots > 1) {
      builder.assign(second, builder.binary('add', second, builder.load(8, inRegister(entry, value.offset + 8))));
    }
  }
  builder.jump(next);
  builder.startBlock(next);
  builder.assign(cpu, builder.binary('add', cpu, 1n));
  builder.jump(head);
  builder.startBlock(after);
  return type.aggregate === 'avg' || type.aggregate === 'stats'
    ? arithmetic(lowering, '/', second, first, type.signed)
    : first;
}
