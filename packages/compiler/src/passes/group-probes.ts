import type { CompileEnv } from '../env.ts';
import { compatOffset } from '../ir/lower-syscall.ts';
import type { AllSyscalls, ProbeTarget } from '../probes/provider.ts';
import { syscallPart } from '../types/syscall-part.ts';
import { joinFunctions } from './join-functions.ts';
import { knowsItsProbe } from './knows-its-probe.ts';
import type { TypedProbe } from './model.ts';
import type { Branch, ProgramPlan } from './program-plan.ts';
import { allSyscalls, rawTarget, typedTarget } from './raw-target.ts';
import { usedArguments } from './used-arguments.ts';

/** Puts probes on system calls into one program for all calls' entries and one for their exits; others stay alone. */
export function groupProbes(probes: readonly TypedProbe[], env: CompileEnv): ProgramPlan[] {
  const shared = { enter: new Map<string, SharedBranch>(), exit: new Map<string, SharedBranch>() };
  const plans: ProgramPlan[] = [];
  const possible = probes.some(({ target }) => target.syscall !== undefined) && compatOffset(env) !== undefined;
  const positions = new Map<'enter' | 'exit', number>();
  for (const probe of probes) {
    const { syscall } = probe.target;
    const key = possible && syscall !== undefined ? sharingKey(probe, syscall.at) : undefined;
    if (syscall === undefined || key === undefined) {
      const raw = typedTarget(probe, env) ?? rawTarget(probe, env);
      plans.push(alone(raw === undefined ? probe : { ...probe, target: raw }));
      continue;
    }
    if (!positions.has(syscall.at)) {
      positions.set(syscall.at, plans.length);
      plans.push(alone(probe));
    }
    addCall(shared[syscall.at], key, probe, syscall.number);
  }
  for (const [at, position] of positions) plans[position] = sharedPlan(at, [...shared[at].values()], env);
  return joinFunctions(plans, env);
}

interface SharedBranch {
  readonly probe: TypedProbe;
  readonly calls: Map<number, string>;
}

/** A clause that names a call twice runs twice for it. */
function addCall(into: Map<string, SharedBranch>, key: string, probe: TypedProbe, number: number): void {
  for (let copy = 0; ; copy++) {
    const name = `${copy} ${key}`;
    const branch = into.get(name) ?? { probe, calls: new Map() };
    into.set(name, branch);
    if (branch.calls.has(number)) continue;
    branch.calls.set(number, probe.target.name);
    return;
  }
}

function alone(probe: TypedProbe): ProgramPlan {
  const { programType, attach } = probe.target;
  return { programType, attach, branches: [{ probe, calls: new Map() }] };
}

function sharedPlan(at: 'enter' | 'exit', branches: readonly Branch[], env: CompileEnv): ProgramPlan {
  const { all, ...attached } = allSyscalls(at, env);
  const withTarget = ({ probe, calls }: Branch): Branch => ({
    probe: { ...probe, target: { ...probe.target, ...attached, context: sharedContext(probe.target, all) } },
    calls,
  });
  return { ...attached, all, branches: branches.map(withTarget) };
}

function sharedContext({ context }: ProbeTarget, all: AllSyscalls): ProbeTarget['context'] {
  return context.kind === 'tracepoint' ? { ...context, all } : context;
}

/**
 * Probes with the same key may share a body: the clause, the types of all its expressions and the registers of the
 * arguments it reads are the same. undefined where the clause must keep an event of its own.
 */
function sharingKey(probe: TypedProbe, at: 'enter' | 'exit'): string | undefined {
  const { clause, target, typing } = probe;
  const used = usedArguments(probe);
  if (
    used === undefined ||
    knowsItsProbe(typing) ||
    target.context.kind !== 'tracepoint' ||
    target.context.format === null
  )
    return undefined;
  const { fields } = target.context.format;
  const parts = used.map((name) => {
    const field = fields.find((candidate) => candidate.name === name);
    return field === undefined ? undefined : syscallPart(field, at);
  });
  if (parts.includes(undefined)) return undefined;
  const key = [clause.span.start, parts, ...typing.expressions.values()];
  return JSON.stringify(key, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}
