import type { LossCounts, MapDelta, MapSchema, MapState, Scalar } from '@bpfleet/aggregate';
import type { Diagnostic, ScriptCall } from '@bpfleet/compiler';
import type { Steps } from './in-turns.ts';
import type { BenchRun, TestRun, TestWatch } from './own-runs.ts';
import type { Denied } from './uses/program-uses.ts';

/** What to trace. */
export type TraceProgram = ScriptProgram | ObjectProgram | VariantsProgram;

/** Text in bpftrace's language. `name` is how messages call the source: a file name, or `stdin`. */
export interface ScriptProgram {
  readonly kind: 'script';
  readonly source: string;
  readonly name?: string;
  /** The process that probes are meant for. */
  readonly pid?: number;
  /** Its arguments, as words of a command line: those that begin with `--` have names. */
  readonly arguments?: readonly string[];
  /** What the command line of a local trace says beside the script. */
  readonly call?: ScriptCall;
  /** What the script may do beyond looking; nothing where it is absent, as on the nodes of a fleet. */
  readonly allow?: ScriptPermissions;
  /** The process that was started with the trace, for `cpid`. */
  readonly childPid?: number;
  /**
   * How code without a name is told: `place`: by its file and the place in it, which are the same on every node and after
   * the process. Absent: by its address, as bpftrace does.
   */
  readonly unnamed?: 'place';
  /** Which it is of several that do the same. */
  readonly variant?: string;
}

/** Scripts that do the same on different kernels: the first that fits this node is run. */
export interface VariantsProgram
  extends Pick<ScriptProgram, 'arguments' | 'unnamed' | 'allow' | 'call' | 'pid' | 'childPid'> {
  readonly kind: 'variants';
  readonly variants: readonly ScriptVariant[];
}

export interface ScriptVariant {
  readonly name: string;
  readonly source: string;
  /** What a kernel must have for it, in words; empty: nothing is known of it. */
  readonly needs: string;
  /** Where it is known to run: a range of kernels; empty: nothing is known of it. */
  readonly kernels: string;
  /** The architectures that it is for; empty: all. */
  readonly arch: readonly string[];
}

export interface ScriptPermissions {
  /** Change the machine: system(), signal(), override(). */
  readonly unsafe?: boolean;
  /** Print any file: cat(). */
  readonly readFiles?: boolean;
  /** Write any file: skboutput(). */
  readonly writeFiles?: boolean;
}

/** An ELF object as clang makes it for BPF; libbpf loads it, fitted to this kernel (CO-RE). `name`: as of a script. */
export interface ObjectProgram {
  readonly kind: 'object';
  readonly object: Uint8Array;
  readonly name?: string;
  /** As JSON, instead of the one that the object carries. */
  readonly manifest?: string;
  /** Global variables to set, by name. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Bounds on what a trace may cost this node; breaking one refuses the program before anything is loaded. */
export interface TraceLimits {
  /** Bytes of kernel memory in maps and rings. */
  readonly mapBytes?: number;
  readonly probes?: number;
  readonly denied?: Denied;
}

/**
 * `syscall`: what a command of system() printed. errorf, warnf and `complaint`, which is a cat() or system() that failed,
 * and helpers of the kernel that failed are for standard error.
 */
export type TraceEventType =
  | 'printf'
  | 'value'
  | 'map'
  | 'time'
  | 'join'
  | 'cat'
  | 'syscall'
  | 'errorf'
  | 'warnf'
  | 'helper'
  | 'complaint';

/** Something a program printed. */
export interface TraceEvent {
  /** Nanoseconds since the Unix epoch. */
  readonly at: bigint;
  readonly type: TraceEventType;
  /** As bpftrace prints it, with its line ends. */
  readonly text: string;
  /** Of printf and values what was printed; of errorf and warnf the message alone. */
  readonly values: readonly Scalar[];
  /** Of errorf, warnf and helpers: where in the source, and how that is called. Counted from 1. */
  readonly where?: { readonly file: string; readonly line: number; readonly column: number };
  /** Of helpers: what failed, and how. */
  readonly helper?: { readonly name: string; readonly result: number };
  /** print() of a map: the map as it was then, for writers of other formats than text. */
  readonly map?: { readonly state: MapState; readonly top: number; readonly div: number };
}

/** The answer to: would it load here? */
export interface CheckResult {
  readonly loads: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** One sentence where `loads` is false. */
  readonly reason: string;
  readonly verifierLog: string;
  readonly probes: number;
  readonly mapBytes: number;
  /** Which of several was chosen. */
  readonly variant?: string;
}

/** A program loaded into this kernel. Nothing outlives the process: no pin, only file descriptors. */
export interface Trace {
  readonly schemas: readonly MapSchema[];
  readonly warnings: readonly Diagnostic[];
  /** What was lost and nobody counts, a sentence each: losses() does not have it. */
  readonly uncounted?: readonly string[];
  readonly probes: number;
  /** False where there is nothing to attach but BEGIN and END: the trace is over once it is attached. */
  readonly hasProbes: boolean;
  readonly mapBytes: number;
  /** Which of several was chosen. */
  readonly variant?: string;
  /** false: the script wants no map shown when it is over (`print_maps_on_exit`). */
  readonly printsMaps?: boolean;
  /** Kernel identifiers of the loaded programs. */
  readonly programIds: readonly number[];
  /** Runs BEGIN, then attaches every probe; on any failure detaches what it attached and throws. */
  attach(): void;
  /** Whether the script has `test:` probes. */
  readonly runsTests?: boolean;
  /** Runs the `test:` probes; their printed text is for drain(). Objects have none. */
  runTests?(watch?: TestWatch): TestRun[];
  /** Runs the `bench:` probes. */
  runBenches?(): BenchRun[];
  /** Takes what the rings hold now, at most `limit` events unless more have to be put into order. Also obeys exit(), clear(), zero() and print() of the program. */
  drain(limit?: number): TraceEvent[];
  /**
   * Throws away what the rings hold now, at most `limit` events, without making sense of them. Obeys what is no event.
   * Returns how many; where it is absent there is only drain().
   */
  skip?(limit: number): number;
  /** Whether a drain would find anything; cheap enough to be asked all the time. */
  readonly hasNews: boolean;
  /** True once a drain has seen exit(). */
  readonly exitRequested: boolean;
  /** The code that the last exit() gave, from 0 to 255; 0 without one. */
  readonly exitCode: number;
  /** Every map as it is now. */
  readMaps(): MapState[];
  /**
   * The same, a step for each entry: a hundred thousand stacks take seconds, and deadlines and limits are to hold meanwhile. A step after
   * `close` throws. Where it is absent there is only readMaps().
   */
  readingMaps?(): Steps<MapState[]>;
  /** Of objects: any map by its own name, or `.bss`, `.data`, `.rodata`, each value whole; null where there is none to list. */
  readWholeMap?(name: string): MapState | null;
  /** Lost so far. `evicted` and `sampledOut` are always zero here: neither is lost in the kernel. */
  losses(): LossCounts;
  /** Has the kernel count what the programs cost, or no longer; it costs them some 30 ns a run. */
  countRuns(on: boolean): void;
  /** What the programs have cost while it was counted; null where the kernel does not count it. */
  runStats(): { readonly ns: bigint; readonly runs: bigint } | null;
  /** Stops every probe, then runs END: from here on nothing changes. Maps and rings can still be read. */
  detach(): void;
  /** Detaches if need be, and gives everything back to the kernel. */
  close(): void;
}

/** One window of results. Times in milliseconds since the Unix epoch. */
export interface TraceWindow {
  readonly start: number;
  readonly end: number;
  readonly maps: readonly MapDelta[];
  readonly events: readonly TraceEvent[];
  /** Lost since the window before. */
  readonly lost: LossCounts;
}

/**
 * Told of each sample the fraction of this machine's CPU time that the programs took; null, once, where the kernel does not
 * count it. Says when the next sample is to begin: soon is within a second, later within two.
 */
export type OnOverhead = (share: number | null) => 'at-once' | 'soon' | 'later';

export interface RunOptions {
  /** Windows end at wall-clock multiples of this; the first and the last may be shorter. Milliseconds. */
  readonly intervalMs: number;
  /** From the end of attach. Absent: until exit() or abort. Milliseconds. */
  readonly durationMs?: number;
  /** Added to this node's clock to get the fleet's. Milliseconds. */
  readonly clockOffsetMs?: () => number;
  /** Abort ends the trace early and cleanly: maps are still read and END still runs. It is detached at once, also while a window is taken. */
  readonly signal?: AbortSignal;
  /** Goes on where there is nothing to attach but BEGIN and END, until exit() or abort. */
  readonly stayAttached?: boolean;
  /** Measures by samples what the programs cost. */
  readonly measureOverhead?: boolean;
  /** Measures it, and tells. */
  readonly onOverhead?: OnOverhead;
  /** How many events of a second are taken, asked all the time; what comes beyond is counted as sampled out. */
  readonly eventsPerSecond?: () => number | null;
  /** Called once everything is attached. */
  readonly onAttached?: () => void;
  /** false: events go to `onEvents` alone, and windows have none; so that none waits in the ring for a window's end. */
  readonly keepEvents?: boolean;
  /** Whether more events can be taken now; otherwise they wait in the ring. Absent: always. */
  readonly takesEvents?: () => boolean;
  /** Called as events arrive, before their window ends. */
  readonly onEvents?: (events: readonly TraceEvent[]) => void;
  /** Called in order; the run waits for it. The last call comes after detach. */
  readonly onWindow: (window: TraceWindow) => void | Promise<void>;
}

export interface TraceEnd {
  readonly ended: 'duration' | 'exit' | 'abort';
  /** As the program's exit() gave it, from 0 to 255; what the process of a local trace should exit with. */
  readonly exitCode: number;
  /** Milliseconds since the Unix epoch. */
  readonly attachedAt: number;
  readonly detachedAt: number;
  /** Lost in all. */
  readonly lost: LossCounts;
  /** Fraction of this machine's CPU time spent in the programs; null where it was not measured. */
  readonly overhead: number | null;
}
