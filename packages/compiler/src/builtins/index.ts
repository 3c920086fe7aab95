import { argBuiltins } from './arg.ts';
import { args } from './args.ts';
import { assert, staticAssert } from './assert.ts';
import { avg, stats } from './average.ts';
import { callable } from './callable.ts';
import { cat } from './cat.ts';
import { cgroup } from './cgroup.ts';
import { clear, zero } from './clear.ts';
import { comm } from './comm.ts';
import { count } from './count.ts';
import { cpid, hasCpid } from './cpid.ts';
import { cpu } from './cpu.ts';
import { ctx } from './ctx.ts';
import { curtask } from './curtask.ts';
import type { AggregateDefinition, BuiltinDefinition, CallDefinition } from './definition.ts';
import { deleteFunction } from './delete.ts';
import { elapsed } from './elapsed.ts';
import { errorf, warnf } from './errorf.ts';
import { exit } from './exit.ts';
import { max, min } from './extreme.ts';
import { fail } from './fail.ts';
import { gid } from './gid.ts';
import { hasKey } from './has-key.ts';
import { hist } from './hist.ts';
import { jiffies } from './jiffies.ts';
import { join } from './join.ts';
import { lhist } from './lhist.ts';
import { ncpus } from './ncpus.ts';
import { nsecs, nsecsFunction } from './nsecs.ts';
import { numaid } from './numaid.ts';
import { pid, pidFunction, tid, tidFunction } from './pid.ts';
import { print } from './print.ts';
import { printf } from './printf.ts';
import { func, probe } from './probe.ts';
import { probetype } from './probetype.ts';
import { rand } from './rand.ts';
import { reg } from './reg.ts';
import { retval } from './retval.ts';
import { sargBuiltins } from './sarg.ts';
import { kstack, kstackFunction, ustack, ustackFunction } from './stack.ts';
import { str } from './str.ts';
import { sum } from './sum.ts';
import { system } from './system.ts';
import { taskBuiltins, taskFunctions } from './task.ts';
import { time } from './time.ts';
import { uid } from './uid.ts';
import { usermode } from './usermode.ts';

/** Every name that stands for a value. */
const builtins: readonly BuiltinDefinition[] = [
  ...[pid, tid, uid, gid, comm, cpu, nsecs, elapsed],
  ...taskBuiltins,
  ...[cgroup, cpid, jiffies, ncpus, numaid, rand, usermode],
  ...[args, ...argBuiltins, ...sargBuiltins, retval, ctx],
  ...[probe, probetype, func, curtask, kstack, ustack],
];

/** Every function whose value goes to a map. */
const aggregates: readonly AggregateDefinition[] = [count, sum, min, max, avg, stats, hist, lhist];

/** Every function but the values that are written with brackets. */
const namedFunctions: readonly CallDefinition[] = [
  ...aggregates,
  ...[printf, print, errorf, warnf, time, join, cat, system, exit],
  ...[assert, staticAssert, fail],
  ...[clear, zero, deleteFunction, hasKey],
  ...[pidFunction, tidFunction, nsecsFunction, hasCpid, ...taskFunctions],
  ...[str, reg, kstackFunction, ustackFunction],
];

const builtinsByName = new Map(builtins.map((builtin) => [builtin.name, builtin]));
const functionsByName = new Map<string, CallDefinition>([
  ...builtins.map((builtin) => [builtin.name, callable(builtin)] as const),
  ...namedFunctions.map((definition) => [definition.name, definition] as const),
]);

export function findBuiltin(name: string): BuiltinDefinition | undefined {
  return builtinsByName.get(name);
}

export function findFunction(name: string): CallDefinition | undefined {
  return functionsByName.get(name);
}

export function findAggregate(name: AggregateDefinition['name']): AggregateDefinition {
  const definition = functionsByName.get(name);
  if (definition?.kind !== 'aggregate') throw new Error(`${name} is no aggregate`);
  return definition;
}

export function builtinNames(): string[] {
  return [...builtinsByName.keys()];
}

export function functionNames(): string[] {
  return [...functionsByName.keys()];
}
