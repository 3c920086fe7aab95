import type { DebugInfo, DwarfFunction, ElfFunction, StaticProbe, TypeSource } from '@bpfleet/bpf';
import type { ScriptCall } from './script-call.ts';
import type { TracepointFormat } from './types/tracepoint-format.ts';

/** What a kernel can do beyond 5.4, the oldest that compiled programs run on. */
export type KernelFeature =
  /** bpf_probe_read_user and _kernel apart (5.5). */
  | 'probe_read_user'
  /** bpf_jiffies64 (5.6). */
  | 'jiffies'
  /** bpf_send_signal_thread (5.6). */
  | 'signal_thread'
  /** bpf_get_ns_current_pid_tgid (5.7). */
  | 'ns_pid'
  /** bpf_ktime_get_boot_ns (5.8). */
  | 'boot_time'
  /** Ring buffers (5.8). */
  | 'ringbuf'
  /** BPF_PROG_TEST_RUN of raw tracepoint programs (5.10). */
  | 'raw_tracepoint_test_run'
  /** Atomic operations that give the value before (5.12). */
  | 'atomic_fetch'
  /** bpf_map_lookup_percpu_elem (5.19). */
  | 'percpu_lookup'
  /** Keys of maps that are longer than 512 bytes (5.11). */
  | 'long_key'
  /** bpf_for_each_map_elem (5.13). */
  | 'for_each_map_elem'
  /** bpf_loop (5.17). */
  | 'loop'
  /** Signed division (6.6). */
  | 'signed_division'
  /** bpf_ktime_get_tai_ns (6.1). */
  | 'tai'
  /** Probes on the kernel's code through perf events (CONFIG_KPROBES; 4.17). */
  | 'kprobe'
  /** Probes on functions of the kernel through trampolines (5.5; arm64 6.4). */
  | 'fentry'
  /** Probes on code of programs through perf events (CONFIG_UPROBES; 4.17). */
  | 'uprobe'
  /** Raw tracepoints with typed arguments (5.5; CONFIG_DEBUG_INFO_BTF). */
  | 'tp_btf'
  /**
   * Programs at raw tracepoints keep their CPU (before 7.0, or where the kernel does not preempt itself). Elsewhere one
   * that lost it is not run for other tasks of that CPU until it is back.
   */
  | 'steady_raw'
  /** Programs that run over the kernel's objects (5.8; CONFIG_DEBUG_INFO_BTF). */
  | 'iter'
  /** Probes on many functions of the kernel at once (5.18; CONFIG_FPROBE). */
  | 'kprobe_multi'
  /** Probes on many functions of a program at once (6.6). */
  | 'uprobe_multi';

export interface TracepointName {
  readonly category: string;
  readonly event: string;
}

/** The tracepoints of one kernel; may read them as they are asked for. */
export interface TracepointSource {
  /** undefined where the kernel has no such tracepoint. */
  tracepoint(category: string, event: string): TracepointFormat | undefined;
  /** Every tracepoint of the kernel, in order of category and event. */
  list(): readonly TracepointName[];
}

/** The functions of one kernel that probes can be put on. */
export interface FunctionSource {
  /** How many functions of the kernel have this name, whether a probe can be put on them or not. */
  count(name: string): number;
  /** Those a wildcard may stand for, sorted by name. `module` is empty for the kernel proper. */
  list(): readonly { readonly name: string; readonly module: string }[];
}

/** Addresses of names, for kaddr() and uaddr(). */
export interface SymbolSource {
  /** Of a function or variable of the kernel; null where there is none, or the kernel hides it. */
  kernel(name: string): bigint | null;
  /** Of a function or variable of a program, as its file says; or a sentence why there is none. */
  user(path: string, name: string): bigint | { readonly reason: string };
}

/** The programs and libraries of one node. */
export interface ExecutableSource {
  /** A file by its path, its name in PATH or the name of a library; or a sentence why there is none. */
  find(name: string): Executable | { readonly reason: string };
  /** Every program and library whose path matches, at most some hundreds; in order of path. */
  findAll?(pattern: string): readonly Executable[];
  /** The name of a C++ symbol as people write it; other names as they are. */
  demangle?(symbol: string): string;
}

export interface Executable {
  readonly path: string;
  /** Sorted by name. */
  readonly functions: readonly ElfFunction[];
  /** In the order of the file; one may be in several places. */
  readonly staticProbes?: () => readonly StaticProbe[];
  /** What its compiler wrote for debuggers, of this file or the one that was split from it; or a sentence why not. */
  readonly debugInfo?: () => DebugInfo | { readonly reason: string };
}

/** The one process that probes are meant for. */
export interface TracedProcess {
  readonly pid: number;
  /** Paths of the program and libraries it has mapped. */
  files(): readonly string[];
}

export type StackMode = 'bpftrace' | 'perf' | 'raw' | 'build_id';
/** Of a feature that may still change: whether it may be used. */
export type Unstable = 'enable' | 'warn' | 'error';

/** What a probe is that this kernel or node has not. */
export type MissingProbes = 'error' | 'warn' | 'ignore';

/** What a user may change with `config = { ... }`, the environment or options; each has a default. */
export interface CompileConfig {
  /** Entries of each map with a key. */
  readonly maxMapKeys: number;
  /** Bytes of a string, with the zero at its end. */
  readonly maxStringLength: number;
  /** Bytes of the ring of printed events. */
  readonly eventRingBytes: number;
  readonly controlRingBytes: number;
  /** Probes that one wildcard may stand for. */
  readonly maxProbes: number;
  /** Programs of one script. */
  readonly maxPrograms: number;
  /** Bytes that `cat()` shows of a file. */
  readonly maxCatBytes: number;
  /** Bytes of a value that may still be on the stack of a program. */
  readonly onStackLimit: number;
  /** What is done about probes that cannot be attached. */
  readonly missingProbes: MissingProbes;
  readonly printMapsOnExit: boolean;
  /** How `kstack` and `ustack` without a mode are shown. */
  readonly stackMode: StackMode;
  /** What ends a string that was cut off. */
  readonly stringTrailer: string;
  /** Of the programs, for the kernel. */
  readonly license: string;
  /** Whether names of C++ are shown as in its sources. */
  readonly cppDemangle: boolean;
  /** Whether user symbols are looked up when they are printed, and not before. */
  readonly lazySymbolication: boolean;
  /** undefined: as is best for the trace. */
  readonly cacheUserSymbols?: 'PER_PID' | 'PER_PROGRAM' | 'NONE';
  /** Whether stacks show files and lines. */
  readonly showDebugInfo: boolean;
  readonly unstableTseries: Unstable;
}

/** Bytes of a string where a key has at most 512: two fit into one, with their zeros. */
const SHORT_STRING = 199;

/** What a script is compiled with. `script`: its own config. */
export function configOf({ features, config }: CompileEnv, script: Partial<CompileConfig> = {}): CompileConfig {
  const short = features.has('long_key') ? {} : { maxStringLength: SHORT_STRING };
  return { ...defaultConfig, ...short, ...script, ...config };
}

export const defaultConfig: CompileConfig = {
  maxMapKeys: 4096,
  maxStringLength: 1024,
  eventRingBytes: 4 * 1024 * 1024,
  controlRingBytes: 64 * 1024,
  maxProbes: 512,
  maxPrograms: 1024,
  maxCatBytes: 10_240,
  onStackLimit: 32,
  missingProbes: 'error',
  printMapsOnExit: true,
  stackMode: 'bpftrace',
  stringTrailer: '..',
  license: 'GPL',
  cppDemangle: true,
  lazySymbolication: false,
  showDebugInfo: true,
  unstableTseries: 'warn',
};

/**
 * The kernel that a script is compiled for, as plain data: the same input always gives the same bytes.
 */
export interface CompileEnv extends ScriptCall {
  readonly arch: 'x86-64' | 'arm64';
  /** Bytes. Rings are rounded up to a power of two of pages. */
  readonly pageSize: number;
  /** CPUs that may ever be there: maps that are kept per CPU have a value for each. */
  readonly cpus: number;
  readonly features: ReadonlySet<KernelFeature>;
  /** null: no kernel is known; every tracepoint and argument is accepted and no spec is made. */
  readonly tracepoints: TracepointSource | null;
  /** The rest is absent where the kernel or node does not tell; with `tracepoints` null none of it is asked for. */
  readonly functions?: FunctionSource;
  readonly types?: TypeSource;
  readonly executables?: ExecutableSource;
  readonly symbols?: SymbolSource;
  /** The function that a probe is on, by the program's debugging information. Made by the compiler for each probe. */
  readonly probed?: () => DwarfFunction | undefined;
  /** What `-p` names. Absent: all processes. */
  readonly process?: TracedProcess;
  /** Stronger than the script's own config. */
  readonly config?: Partial<CompileConfig>;
  /** The namespace of processes that the tracer is in, as stat(2) of /proc/self/ns/pid; absent in the initial one. */
  readonly pidNamespace?: { readonly device: bigint; readonly inode: bigint };
  /** The process that was started with the trace. */
  readonly childPid?: number;
  /** Nanoseconds from CLOCK_BOOTTIME to CLOCK_TAI now. */
  readonly taiOffset?: () => bigint;
  /** Nanoseconds from CLOCK_BOOTTIME to CLOCK_REALTIME now. */
  readonly wallOffset?: () => bigint;
  /** The number of a control group of version 2 by its path; or a sentence why there is none. */
  readonly cgroupId?: (path: string) => bigint | { readonly reason: string };
  /** Allows what changes the machine: system(), signal(), override() and their like. */
  readonly unsafe?: boolean;
  /** Allows cat(), which reads any file as the tracer. */
  readonly mayReadFiles?: boolean;
  /** Allows skboutput(), which writes any file as the tracer. */
  readonly mayWriteFiles?: boolean;
  /**
   * Keeps variables in memory, where the verifier does not follow their values, and loops in callbacks: it then walks
   * fewer ways through a program that it found too large. What comes out runs slower.
   */
  readonly forgetful?: boolean;
}

const allFeatures: readonly KernelFeature[] = [
  ...(['probe_read_user', 'jiffies', 'signal_thread', 'ns_pid', 'boot_time', 'ringbuf'] as const),
  'raw_tracepoint_test_run',
  ...(['atomic_fetch', 'percpu_lookup', 'long_key', 'for_each_map_elem', 'loop', 'signed_division', 'tai'] as const),
  ...(['kprobe', 'fentry', 'uprobe', 'tp_btf', 'steady_raw', 'iter', 'kprobe_multi', 'uprobe_multi'] as const),
];

/** Knows no node: finds every mistake that does not depend on one, for the controller and the command line. */
export function permissiveEnv(): CompileEnv {
  return {
    arch: 'x86-64',
    pageSize: 4096,
    cpus: 1,
    features: new Set<KernelFeature>(allFeatures),
    tracepoints: null,
  };
}

/** The one process that probes on programs are meant for: that of `-p`, or that which was started with the trace. */
export function processOf({ process, childPid }: CompileEnv): number | undefined {
  return process?.pid ?? (childPid === 0 ? undefined : childPid);
}
