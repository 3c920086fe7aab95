import { version } from 'node:os';
import { ProgramType } from '@bpfleet/bpf';
import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { kernelTypes } from '../functions/kernel-types.ts';
import { errnoError, KernelError } from '../kernel-error.ts';
import { attachMulti, missingUprobeMulti } from '../link/attach-multi.ts';
import { attachPerfEvent, linkPerfEvent } from '../link/attach-perf-event.ts';
import { attachRawTracepoint } from '../link/attach-raw-tracepoint.ts';
import { onlineCpus } from '../node/cpus.ts';
import { openPerfEvent } from '../perf/open-perf-event.ts';
import { openProbeEvent, type ProbePmu } from '../perf/open-probe-event.ts';
import { testRun } from '../program/test-run.ts';
import {
  BPF_TRACE_FENTRY,
  BPF_TRACE_ITER,
  BPF_TRACE_KPROBE_MULTI,
  BPF_TRACE_RAW_TP,
  BPF_TRACE_UPROBE_MULTI,
} from '../program/tracing-target.ts';
import { tracepointId } from '../tracefs/tracepoint.ts';
import type { Feature } from './feature.ts';
import { loadSample } from './programs.ts';

const NEVER_SOON_NS = 3_600_000_000_000n;

function using<T extends { close(): void }>(resource: T, use: (resource: T) => void): void {
  try {
    use(resource);
  } finally {
    resource.close();
  }
}

function probeTracepoint(): null {
  using(loadSample(ProgramType.TRACEPOINT), () => {
    const id = tracepointId('sched', 'sched_process_fork');
    openPerfEvent({ kind: 'tracepoint', id }, onlineCpus()[0] ?? 0, 'open a tracepoint').close();
  });
  return null;
}

function probeRawTracepoint(): null {
  using(loadSample(ProgramType.RAW_TRACEPOINT), (program) => {
    attachRawTracepoint(program.number, 'sched_process_fork').close();
  });
  return null;
}

function probeTestRun(): null {
  using(loadSample(ProgramType.RAW_TRACEPOINT), (program) => testRun(program.number, 'bpfleet_probe'));
  return null;
}

function probePerfEvent(): null {
  using(loadSample(ProgramType.PERF_EVENT), (program) => {
    attachPerfEvent(program.number, openClock(), 'attach to a perf event').close();
  });
  return null;
}

function probePerfLink(): string | null {
  let missing: string | null = null;
  using(loadSample(ProgramType.PERF_EVENT), (program) => {
    using(openClock(), (event) => {
      const link = linkPerfEvent(program.number, event.number, 'link a perf event');
      if (link === null) missing = 'links of perf events need kernel 5.15 or newer';
      link?.close();
    });
  });
  return missing;
}

function openClock(): FileDescriptor {
  return openPerfEvent({ kind: 'cpu-clock', periodNs: NEVER_SOON_NS }, onlineCpus()[0] ?? 0, 'open a CPU clock');
}

function probePmu(pmu: ProbePmu, subject: string): null {
  openProbeEvent(pmu, { subject, offset: 0, return: false }, `open a ${pmu}`).close();
  return null;
}

/** Loads and attaches a TRACING program. */
function probeTracing(attachType: number, name: string): null {
  const btfId = getLibbpf().libbpf_find_vmlinux_btf_id(name, attachType);
  if (btfId < 0) throw errnoError(`find ${name} in the kernel's BTF`, btfId);
  using(loadSample(ProgramType.TRACING, undefined, { target: { attachType, btfId } }), (program) => {
    const link = getLibbpf().bpf_raw_tracepoint_open(null, program.number);
    if (link < 0) throw errnoError(`attach to ${name}`, link);
    new FileDescriptor(link).close();
  });
  return null;
}

function probeMulti(attachType: number, attachTo: (program: FileDescriptor) => string | null): string | null {
  const program = loadSample(ProgramType.KPROBE, undefined, { target: { attachType, btfId: 0 } });
  try {
    return attachTo(program);
  } finally {
    program.close();
  }
}

function attachKprobes(program: FileDescriptor): null {
  attachMulti(program.number, { kind: 'kprobe_multi', functions: ['bpf_fentry_test1'], return: false }).close();
  return null;
}

function probeIterator(): null {
  const btfId = getLibbpf().libbpf_find_vmlinux_btf_id('task', BPF_TRACE_ITER);
  if (btfId < 0) throw errnoError("find iterators in the kernel's BTF", btfId);
  loadSample(ProgramType.TRACING, undefined, { target: { attachType: BPF_TRACE_ITER, btfId } }).close();
  return null;
}

/**
 * Since 7.0 the kernel guards its tracepoints by SRCU (`tp_transition_snapshot` has a `srcu_gp` since), where it
 * had switched preemption off before.
 */
function probeSteadyRaw(): string | null {
  const types = kernelTypes();
  const guard = types?.record('struct', 'tp_transition_snapshot');
  const bySrcu = guard !== undefined && types?.member(guard, 'srcu_gp') !== undefined;
  return bySrcu && version().includes('PREEMPT') ? 'this kernel preempts programs at raw tracepoints' : null;
}

function probeStructOps(): string | null {
  const types = kernelTypes();
  if (types === null) return 'this kernel gives no types (CONFIG_DEBUG_INFO_BTF)';
  return types.record('struct', 'bpf_struct_ops_link') === undefined
    ? 'links of struct_ops need kernel 6.4 or newer'
    : null;
}

/** arm64 has trampolines since 6.4, and before that loads such a program and does not attach it. */
function probeFentry(): string | null {
  try {
    return probeTracing(BPF_TRACE_FENTRY, 'bpf_fentry_test1');
  } catch (error) {
    if (!(error instanceof KernelError) || error.code !== 'ENOTSUPP') throw error;
    return process.arch === 'arm64' ? 'on arm64 that needs kernel 6.4 or newer' : error.message;
  }
}

export const attachFeatures: readonly Feature[] = [
  { name: 'tracepoint', probe: probeTracepoint },
  { name: 'raw_tracepoint', probe: probeRawTracepoint },
  { name: 'raw_tracepoint_test_run', probe: probeTestRun },
  { name: 'perf_event', probe: probePerfEvent },
  { name: 'perf_link', probe: probePerfLink },
  { name: 'kprobe', probe: () => probePmu('kprobe', 'do_exit') },
  { name: 'uprobe', probe: () => probePmu('uprobe', '/proc/self/exe') },
  { name: 'tp_btf', probe: () => probeTracing(BPF_TRACE_RAW_TP, 'sched_process_fork') },
  { name: 'steady_raw', probe: probeSteadyRaw },
  { name: 'iter', probe: probeIterator },
  { name: 'kprobe_multi', probe: () => probeMulti(BPF_TRACE_KPROBE_MULTI, attachKprobes) },
  {
    name: 'uprobe_multi',
    probe: () => probeMulti(BPF_TRACE_UPROBE_MULTI, (program) => missingUprobeMulti(program.number)),
  },
  { name: 'struct_ops', probe: probeStructOps },
  { name: 'fentry', probe: probeFentry },
];
