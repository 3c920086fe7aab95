import type { CheckResult, Denied, RunOptions, Trace, TraceEnd, TraceLimits, TraceProgram } from '@bpfleet/tracer';

/** What the node is, as far as a kernel can be asked. */
export interface NodeFacts {
  readonly arch: string;
  readonly kernel: string;
  readonly cpus: number;
  readonly memoryBytes: bigint;
  readonly features: readonly string[];
  /** Why a feature that most nodes have is absent, by feature. */
  readonly missing: Readonly<Record<string, string>>;
}

export interface ListedProbe {
  readonly name: string;
  readonly arguments: readonly { readonly type: string; readonly name: string }[];
}

/** The tracer, as the agent needs it. A test gives its own. */
export interface Tracing {
  check(program: TraceProgram, limits?: TraceLimits): Promise<CheckResult>;
  listProbes(
    pattern: string,
    options: { limit: number; arguments: boolean },
  ): Promise<{ readonly probes: readonly ListedProbe[]; readonly matched: number }>;
  loadTrace(program: TraceProgram, limits?: TraceLimits): Promise<Trace>;
  /** What of a program that compiles here is forbidden: one sentence, or null. */
  refusedUse(program: TraceProgram, denied: Denied): Promise<string | null>;
  runTrace(trace: Trace, options: RunOptions): Promise<TraceEnd>;
  /** A program of this kernel as text. Throws an error with a `code`. */
  programText(id: number): { readonly id: number; readonly name: string; readonly instructions: string };
}
