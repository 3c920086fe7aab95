import { ProgramType } from '@bpfleet/bpf';
import type { CompileEnv } from '../env.ts';
import type { AllSyscalls, ProbeTarget } from '../probes/provider.ts';
import { rawFunction } from '../probes/raw-tracepoint.ts';
import { syscallPart } from '../types/syscall-part.ts';
import type { TypedProbe } from './model.ts';
import { usedArguments } from './used-arguments.ts';

/** Functions whose helpers take pointers with types only. */
const TYPED_CALLS: ReadonlySet<string> = new Set(['skboutput']);

type Attached = Pick<ProbeTarget, 'programType' | 'attach'>;

/** Kernels that have this keep a raw program from interrupting itself (6.1), as they do with a tracepoint's own. */
const GUARDED = 'BPF_LINK_TYPE_UPROBE_MULTI';

/** How a program is attached to a raw tracepoint, with types where this kernel has them. */
function rawAttachment(event: string, env: CompileEnv): Attached & { readonly typed: boolean } {
  // Loads through typed pointers need the thread as one, too: 5.11, which every kernel of 5.12 has.
  const typed = env.features.has('atomic_fetch') ? typedAttachment(event, env) : undefined;
  return typed === undefined
    ? { programType: ProgramType.RAW_TRACEPOINT, attach: { kind: 'raw_tracepoint', event }, typed: false }
    : { ...typed, typed: true };
}

function typedAttachment(event: string, { features, types }: CompileEnv): Attached | undefined {
  const btfId = features.has('tp_btf') ? types?.named(`btf_trace_${event}`) : undefined;
  if (btfId === undefined) return undefined;
  return { programType: ProgramType.TRACING, attach: { kind: 'tp_btf', event, btfId } };
}

/** A raw tracepoint whose clause calls what asks for types: as a program that has them. undefined for any other probe. */
export function typedTarget({ target, typing }: TypedProbe, env: CompileEnv): ProbeTarget | undefined {
  const { attach } = target;
  if (attach.kind !== 'raw_tracepoint') return undefined;
  const asks = [...typing.expressions.keys()].some((one) => one.kind === 'call' && TYPED_CALLS.has(one.name));
  if (!asks) return undefined;
  const typed = typedAttachment(attach.event, env);
  return typed === undefined ? undefined : { ...target, ...typed };
}

/** How a program is attached to the tracepoint of all system calls: the cheapest way that leaves out no run. */
export function allSyscalls(at: 'enter' | 'exit', env: CompileEnv): Attached & { readonly all: AllSyscalls } {
  const event = `sys_${at}`;
  if (!env.features.has('steady_raw')) {
    const attach = { kind: 'tracepoint', category: 'raw_syscalls', event } as const;
    return { programType: ProgramType.TRACEPOINT, attach, all: { at, context: 'record' } };
  }
  const { typed, ...attached } = rawAttachment(event, env);
  return { ...attached, all: { at, context: typed ? 'typed' : 'untyped' } };
}

/**
 * The same probe at the raw tracepoint that its event is made of, which costs half as much: where the clause reads
 * nothing of the event's record, or of raw_syscalls only what a raw program is given too. undefined where the kernel
 * may have made the record in some other way.
 */
export function rawTarget(probe: TypedProbe, env: CompileEnv): ProbeTarget | undefined {
  const { attach, context } = probe.target;
  if (attach.kind !== 'tracepoint' || context.kind !== 'tracepoint' || context.format === null) return undefined;
  if (!env.features.has('steady_raw')) return undefined;
  if (attach.category === 'syscalls' || env.types?.enumerator(GUARDED) === undefined) return undefined;
  if (rawFunction(attach.event, env) === undefined) return undefined;
  const { fields } = context.format;
  // Events that users define have these, and may be called as they like.
  if (fields.some(({ name }) => name.startsWith('__probe_')) || attach.category === 'synthetic') return undefined;
  const used = usedArguments(probe);
  if (used === undefined) return undefined;
  const { typed, ...attached } = rawAttachment(attach.event, env);
  if (used.length === 0) return { ...probe.target, ...attached };
  const [, at] = attach.category === 'raw_syscalls' ? (/^sys_(enter|exit)$/.exec(attach.event) ?? []) : [];
  if (at !== 'enter' && at !== 'exit') return undefined;
  const all: AllSyscalls = { at, context: typed ? 'typed' : 'untyped' };
  const inRegisters = used.every((name) => {
    const field = fields.find((candidate) => candidate.name === name);
    return field !== undefined && syscallPart(field, at) !== undefined;
  });
  return inRegisters ? { ...probe.target, ...attached, context: { ...context, all } } : undefined;
}
