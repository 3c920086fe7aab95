import type { AttachSpec } from '@bpfleet/bpf';
import type { CompileEnv } from '../env.ts';
import { programArguments } from '../types/program-argument.ts';
import { knowsItsProbe } from './knows-its-probe.ts';
import type { TypedProbe } from './model.ts';
import type { ProgramPlan } from './program-plan.ts';

/**
 * Probes of one clause on several functions of the kernel (5.18), or of one program (6.6), become one program that is
 * attached to all of them at once: each by itself takes some 30 ms to give back. Their bodies must be the same but
 * for `probe` and `func`, which are then read from tables by the number of the function. One on a single function of a program is
 * attached so as well where perf events are for root alone: the kernel gives such a link to whoever may load its program.
 */
export function joinFunctions(plans: readonly ProgramPlan[], env: CompileEnv): ProgramPlan[] {
  const groups = new Map<string, ProgramPlan[]>();
  const order: (ProgramPlan | string)[] = [];
  for (const plan of plans) {
    const [branch] = plan.branches;
    const key = plan.all === undefined && branch !== undefined ? joinKey(branch.probe, env) : undefined;
    if (key === undefined) order.push(plan);
    else if (groups.has(key)) groups.get(key)?.push(plan);
    else {
      groups.set(key, [plan]);
      order.push(key);
    }
  }
  return order.flatMap((entry) => (typeof entry === 'string' ? joined(groups.get(entry) ?? [], env) : [entry]));
}

/** Equal for probes that may be joined; undefined for one that must stay alone. */
function joinKey({ clause, target, typing, env }: TypedProbe, { features }: CompileEnv): string | undefined {
  const { attach, context, onlyPid } = target;
  if (context.kind !== 'registers' || knowsItsProbe(typing)) return undefined;
  const place = placeKey(attach);
  if (place === undefined || !features.has(attach.kind === 'kprobe' ? 'kprobe_multi' : 'uprobe_multi'))
    return undefined;
  const parts = [clause.span.start, place, onlyPid ?? null, argumentsKey(typing, env), ...typing.expressions.values()];
  return JSON.stringify(parts, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}

/** Where the arguments of a program's function are: it is read from there, whatever it is called. */
function argumentsKey({ expressions }: TypedProbe['typing'], env: CompileEnv): unknown {
  const isRead = [...expressions.values()].some(({ kind }) => kind === 'args');
  return isRead ? (programArguments(env)?.map(({ parameter: { name }, place }) => [name, place]) ?? null) : null;
}

function placeKey(attach: AttachSpec): readonly unknown[] | undefined {
  if (attach.kind === 'kprobe') return attach.offset === 0 ? ['kprobe', attach.return] : undefined;
  if (attach.kind !== 'uprobe' || attach.semaphore !== undefined) return undefined;
  return ['uprobe', attach.return, attach.path, attach.pid ?? null];
}

function joined(plans: readonly ProgramPlan[], { features }: CompileEnv): readonly ProgramPlan[] {
  const probes = plans.flatMap(({ branches }) => branches.map(({ probe }) => probe));
  const [first] = probes;
  const attach = joinedAttach(probes.map(({ target }) => target.attach));
  const least = attach?.kind === 'uprobe_multi' && !features.has('uprobe') ? 1 : 2;
  if (first === undefined || attach === undefined || probes.length < least) return plans;
  const probe = { ...first, target: { ...first.target, attach } };
  const calls = new Map(probes.map(({ target }, index) => [index, target.name]));
  const functions = probes.map(({ target }) => target.function ?? '');
  return [{ programType: first.target.programType, attach, branches: [{ probe, calls }], functions }];
}

function joinedAttach(list: readonly AttachSpec[]): AttachSpec | undefined {
  const [first] = list;
  if (first?.kind === 'kprobe') {
    const functions = list.flatMap((one) => (one.kind === 'kprobe' ? [one.function] : []));
    return { kind: 'kprobe_multi', functions, return: first.return };
  }
  if (first?.kind !== 'uprobe') return undefined;
  const offsets = list.flatMap((one) => (one.kind === 'uprobe' ? [one.offset] : []));
  const { path, return: returns, pid } = first;
  return { kind: 'uprobe_multi', path, offsets, return: returns, ...(pid === undefined ? {} : { pid }) };
}
