import { describe, expect, test } from 'vitest';
import { FunctionBuilder } from '../ir/function-builder.ts';
import { inObject } from '../ir/value.ts';
import { allocateRegisters } from './regalloc.ts';

/** A loop whose registers are all read again in the next round; `inner` are written and dead in each. */
function loop(inner: number) {
  const builder = new FunctionBuilder('loop');
  const kept = [5n, 6n, 7n].map((value) => builder.copy(value));
  const counter = builder.copy(0n);
  const [again, after] = [builder.newBlock(), builder.newBlock()];
  builder.jump(again);
  builder.startBlock(again);
  builder.assign(counter, builder.binary('add', counter, kept[0] ?? 0n));
  const dead = Array.from({ length: inner }, (_, index) => builder.copy(BigInt(index)));
  const cell = inObject(builder.frame.allocate(8).id);
  for (const register of dead) builder.store(8, cell, register);
  builder.call('ktime_get_ns');
  builder.branch('ult', counter, 100n, again, after);
  builder.startBlock(after);
  builder.store(8, cell, kept[1] ?? 0n);
  builder.store(8, cell, kept[2] ?? 0n);
  return { program: builder.finish(() => undefined), kept, counter, dead };
}

describe('registers of a loop', () => {
  test.each([0, 3, 12])('what the next round reads is not overwritten, with %i more', (inner) => {
    const { program, kept, counter, dead } = loop(inner);
    const { locations } = allocateRegisters(program);
    const places = (registers: readonly number[]) =>
      registers.map((register) => JSON.stringify(locations.get(register)));
    const lasting = places([...kept, counter]);
    expect(new Set(lasting).size).toBe(lasting.length);
    for (const place of places(dead)) expect(lasting).not.toContain(place);
  });
});
