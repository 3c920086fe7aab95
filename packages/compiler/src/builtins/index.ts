import { argBuiltins } from './arg.ts';
import { args } from './args.ts';
import { avg, stats } from './average.ts';
import { clear, zero } from './clear.ts';
import { comm } from './comm.ts';
import { count } from './count.ts';
import { cpu } from './cpu.ts';
import { curtask } from './curtask.ts';
import type { AggregateDefinition, BuiltinDefinition, CallDefinition } from './definition.ts';
import { deleteFunction } from './delete.ts';
import { elapsed } from './elapsed.ts';
import { exit } from './exit.ts';
import { max, min } from './extreme.ts';
import { gid } from './gid.ts';
import { hasKey } from './has-key.ts';
import { hist } from './hist.ts';
import { lhist } from './lhist.ts';
import { nsecs } from './nsecs.ts';
import { pid } from './pid.ts';
import { print } from './print.ts';
import { printf } from './printf.ts';
import { func, probe } from './probe.ts';
import { retval } from './retval.ts';
import { kstack, kstackFunction, ustack, ustackFunction } from './stack.ts';
import { str } from './str.ts';
import { sum } from './sum.ts';
import { tid } from './tid.ts';
import { uid } from './uid.ts';

/** Every name that stands for a value. */
const builtins: readonly BuiltinDefinition[] = [
  ...[pid, tid, uid, gid, comm, cpu, nsecs, elapsed],
  ...[args, ...argBuiltins, retval],
  ...[probe, func, curtask, kstack, ustack],
];

/** Every function whose value goes to a map. */
const aggregates: readonly AggregateDefinition[] = [count, sum, min, max, avg, stats, hist, lhist];

/** Every function. */
const functions: readonly CallDefinition[] = [
  ...aggregates,
  ...[printf, print, exit],
  ...[clear, zero, deleteFunction, hasKey],
  ...[str, kstackFunction, ustackFunction],
];

const builtinsByName = new Map(builtins.map((builtin) => [builtin.name, builtin]));
const functionsByName = new Map(functions.map((definition) => [definition.name, definition]));

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
