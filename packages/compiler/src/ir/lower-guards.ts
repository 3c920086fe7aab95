import { pid } from '../builtins/pid.ts';
import type { Lowering } from './lowering.ts';
import { readInteger } from './read-memory.ts';

/** What is checked before the predicate: whether this run is one that the script is meant to see. */
export function lowerGuards(lowering: Lowering): void {
  const { target, builder } = lowering;
  if (target.context.kind === 'iterator') skipEnd(lowering, target.context.record);
  if (target.onlyPid !== undefined) {
    const only = BigInt(target.onlyPid);
    builder.frame.scope(() => {
      const current = pid.lower(lowering);
      if (current.kind === 'number') builder.when('ne', current.operand, only, () => builder.return());
    });
  }
}

/** After the last object the kernel runs the program once more, without one: the field after `meta` is null. */
function skipEnd(lowering: Lowering, record: number | undefined): void {
  const { builder, env } = lowering;
  const object = record === undefined ? undefined : env.types?.members(record)[1];
  if (object === undefined) return;
  builder.frame.scope(() => {
    const address = builder.binary('add', builder.context(), BigInt(object.bitOffset / 8));
    builder.when('eq', readInteger(lowering, address, 'kernel', 8), 0n, () => builder.return());
  });
}
