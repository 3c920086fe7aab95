import { type AttachSpec, ProgramType } from '@bpfleet/bpf';
import type { CompileEnv } from '../env.ts';
import { compatOffset } from '../ir/lower-syscall.ts';
import type { ProbeTarget, RawSyscall } from '../probes/provider.ts';
import { syscallPart } from '../types/syscall-part.ts';
import type { TypedProbe } from './model.ts';

/** What becomes one program. */
export interface ProgramPlan {
  readonly programType: ProgramType;
  readonly attach: AttachSpec;
  /** In the order of the script. One without numbers is the whole program. */
  readonly branches: readonly Branch[];
  readonly raw?: RawSyscall;
}

/** A body, for one probe or for several that are the same but for their names. */
export interface Branch {
  /** What the body is made from; of several, any. */
  readonly probe: TypedProbe;
  /** The system calls by number, and the name of the probe for each. */
  readonly calls: ReadonlyMap<number, string>;
}

/** Words whose value depends on how the program is attached, not on the event alone. */
const attachedWords: ReadonlySet<string> = new Set(['kstack', 'stack', 'ctx', 'reg', 'override', 'skboutput']);

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
      plans.push(alone(probe));
      continue;
    }
    if (!positions.has(syscall.at)) {
      positions.set(syscall.at, plans.length);
      plans.push(alone(probe));
    }
    addCall(shared[syscall.at], key, probe, syscall.number);
  }
  for (const [at, position] of positions) plans[position] = rawPlan(at, [...shared[at].values()], env);
  return plans;
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

/** Loads through typed pointers need the thread as one, too: 5.11, which every kernel of 5.12 has. */
function rawPlan(at: 'enter' | 'exit', branches: readonly Branch[], env: CompileEnv): ProgramPlan {
  const event = `sys_${at}`;
  const typed = env.features.has('tp_btf') && env.features.has('atomic_fetch');
  const btfId = typed ? env.types?.named(`btf_trace_${event}`) : undefined;
  const raw: RawSyscall = { at, typed: btfId !== undefined };
  const found: Pick<ProgramPlan, 'programType' | 'attach'> =
    btfId === undefined
      ? { programType: ProgramType.RAW_TRACEPOINT, attach: { kind: 'raw_tracepoint', event } }
      : { programType: ProgramType.TRACING, attach: { kind: 'tp_btf', event, btfId } };
  const withTarget = ({ probe, calls }: Branch): Branch => ({
    probe: { ...probe, target: { ...probe.target, ...found, context: rawContext(probe.target, raw) } },
    calls,
  });
  return { ...found, raw, branches: branches.map(withTarget) };
}

function rawContext({ context }: ProbeTarget, raw: RawSyscall): ProbeTarget['context'] {
  return context.kind === 'tracepoint' ? { ...context, raw } : context;
}

/**
 * Probes with the same key may share a body: the clause, the types of all its expressions and the registers of the
 * arguments it reads are the same. undefined where the clause must keep an event of its own.
 */
function sharingKey({ clause, target, typing }: TypedProbe, at: 'enter' | 'exit'): string | undefined {
  const { context } = target;
  if (context.kind !== 'tracepoint' || context.format === null) return undefined;
  const parts: unknown[] = [clause.span.start];
  let wholes = 0;
  for (const [expression, type] of typing.expressions) {
    if (expression.kind === 'identifier' || expression.kind === 'call') {
      if (attachedWords.has(expression.name)) return undefined;
      if (expression.name === 'args') wholes++;
    }
    if (expression.kind === 'member' && expression.object.kind === 'identifier' && expression.object.name === 'args') {
      const field = context.format.fields.find(({ name }) => name === expression.name);
      const part = field === undefined ? undefined : syscallPart(field, at);
      if (part === undefined) return undefined;
      parts.push(part);
      wholes--;
    }
    parts.push(type);
  }
  if (wholes !== 0) return undefined;
  return JSON.stringify(parts, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}
