import { kptr, uptr } from './address-space.ts';
import { argBuiltins } from './arg.ts';
import { args } from './args.ts';
import { assert, staticAssert } from './assert.ts';
import { avg, stats } from './average.ts';
import { bswap } from './bswap.ts';
import { buf } from './buf.ts';
import { callable } from './callable.ts';
import { cat } from './cat.ts';
import { cgroup } from './cgroup.ts';
import { cgroupid } from './cgroupid.ts';
import { clear, zero } from './clear.ts';
import { comm } from './comm.ts';
import { count } from './count.ts';
import { cpid, hasCpid } from './cpid.ts';
import { cpu } from './cpu.ts';
import { ctx } from './ctx.ts';
import { curtask } from './curtask.ts';
import { debugf } from './debugf.ts';
import type { AggregateDefinition, BuiltinDefinition, CallDefinition } from './definition.ts';
import { deleteFunction } from './delete.ts';
import { elapsed } from './elapsed.ts';
import { errorf, warnf } from './errorf.ts';
import { exit } from './exit.ts';
import { max, min } from './extreme.ts';
import { fail } from './fail.ts';
import { funcAddress } from './func-address.ts';
import { gid } from './gid.ts';
import { hasKey } from './has-key.ts';
import { hist } from './hist.ts';
import { isErr } from './is-err.ts';
import { jiffies } from './jiffies.ts';
import { join } from './join.ts';
import { kaddr } from './kaddr.ts';
import { kfuncExist } from './kfunc-exist.ts';
import { len } from './len.ts';
import { lhist } from './lhist.ts';
import { macaddr } from './macaddr.ts';
import { ncpus } from './ncpus.ts';
import { nsecs, nsecsFunction } from './nsecs.ts';
import { ntop } from './ntop.ts';
import { numaid } from './numaid.ts';
import { override } from './override.ts';
import { path } from './path.ts';
import { pid, pidFunction, tid, tidFunction } from './pid.ts';
import { print } from './print.ts';
import { printf } from './printf.ts';
import { func, probe } from './probe.ts';
import { probetype } from './probetype.ts';
import { pton } from './pton.ts';
import { rand } from './rand.ts';
import { reg } from './reg.ts';
import { cgroupPath, ksym, signalName, strerror, strftime, syscallName, username, usym } from './rendered.ts';
import { retval } from './retval.ts';
import { sargBuiltins } from './sarg.ts';
import { signal, signalThread } from './signal.ts';
import { skboutput } from './skboutput.ts';
import { socketCookie } from './socket-cookie.ts';
import { kstack, kstackFunction, ustack, ustackFunction } from './stack.ts';
import { str } from './str.ts';
import { strConcat } from './str-concat.ts';
import { strcap, strlen } from './strlen.ts';
import { memcmp, strncmp } from './strncmp.ts';
import { strcontains, strstr } from './strstr.ts';
import { sum } from './sum.ts';
import { system } from './system.ts';
import { taskBuiltins, taskFunctions } from './task.ts';
import { time } from './time.ts';
import { tseries } from './tseries.ts';
import { typeTests } from './type-tests.ts';
import { uaddr } from './uaddr.ts';
import { uid } from './uid.ts';
import { usermode } from './usermode.ts';
import { writeUser } from './write-user.ts';

/** Every name that stands for a value. */
const builtins: readonly BuiltinDefinition[] = [
  ...[pid, tid, uid, gid, comm, cpu, nsecs, elapsed],
  ...taskBuiltins,
  ...[cgroup, cpid, jiffies, ncpus, numaid, rand, username, usermode],
  ...[args, ...argBuiltins, ...sargBuiltins, retval, ctx],
  ...[probe, probetype, func, funcAddress, curtask, kstack, ustack],
];

/** Every function whose value goes to a map. */
const aggregates: readonly AggregateDefinition[] = [count, sum, min, max, avg, stats, hist, lhist, tseries];

/** Every function but the values that are written with brackets. */
const namedFunctions: readonly CallDefinition[] = [
  ...aggregates,
  ...[printf, print, errorf, warnf, time, join, cat, system, exit],
  ...[assert, staticAssert, fail, debugf],
  ...[clear, zero, deleteFunction, hasKey],
  ...[pidFunction, tidFunction, nsecsFunction, hasCpid, ...taskFunctions],
  ...[str, strlen, strcap, strncmp, strstr, strcontains, strConcat, memcmp, bswap],
  ...[ksym, usym, strerror, syscallName, signalName, cgroupPath, strftime, ntop, macaddr],
  ...[buf, path, pton, cgroupid, kaddr, uaddr, kptr, uptr, isErr, socketCookie, len],
  ...[signal, signalThread, override, writeUser, skboutput, kfuncExist],
  ...typeTests,
  ...[reg, kstackFunction, ustackFunction],
];

const builtinsByName = new Map(builtins.map((builtin) => [builtin.name, builtin]));
const functionsByName = new Map<string, CallDefinition>([
  ...builtins.map((builtin) => [builtin.name, callable(builtin)] as const),
  ...namedFunctions.map((definition) => [definition.name, definition] as const),
]);

/** Those that bpftrace 0.27 also has by the name its own library calls them. */
const wrapped: readonly BuiltinDefinition[] = [
  ...[comm, cpid, cpu, elapsed, func, ncpus, probe, probetype, retval, usermode],
];
const builtinsByInnerName = new Map(wrapped.map((builtin) => [`__builtin_${builtin.name}`, builtin]));

export function findBuiltin(name: string): BuiltinDefinition | undefined {
  return builtinsByName.get(name) ?? builtinsByInnerName.get(name);
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
