import type { CollectionSpec, ProgramSpec } from '@bpfleet/bpf';
import {
  type CompileConfig,
  type CompileEnv,
  callOf,
  compileStages,
  type Diagnostic,
  formatDiagnostic,
  type OutputLayout,
} from '@bpfleet/compiler';
import { mapMemory, pageSize, possibleCpus } from '@bpfleet/kernel';
import type { ScriptProgram, TraceLimits } from './api.ts';
import { checkLimits, checkUses } from './check-limits.ts';
import { processEnv } from './process-env.ts';
import { TraceError } from './trace-error.ts';
import { scriptUses } from './uses/script-uses.ts';

/** A program compiled for this node, before the kernel has seen it. */
export interface PreparedTrace {
  readonly source: string;
  /** How messages call the source. */
  readonly name: string;
  readonly unnamed: ScriptProgram['unnamed'];
  readonly variant: string | undefined;
  readonly spec: CollectionSpec;
  readonly outputs: OutputLayout;
  readonly config: CompileConfig;
  /** Warnings only. */
  readonly diagnostics: readonly Diagnostic[];
  readonly probes: number;
  /** Kernel memory of maps and rings at most, bytes. */
  readonly mapBytes: number;
}

/** The compiler's own program, which notes when the trace began; no probe of the script. */
const START_PROGRAM = 'start';

/** Compiles and holds the result against the limits. Throws TraceError: compile, limit, permission. */
export function prepareTrace(program: ScriptProgram, env: CompileEnv, limits: TraceLimits = {}): PreparedTrace {
  const { ast, spec, outputs, config, diagnostics } = compileStages(program.source, envOf(program, env));
  if (spec === undefined || outputs === undefined) {
    throw new TraceError('compile', firstError(program, diagnostics), { diagnostics });
  }
  const probes = spec.programs.reduce((sum, program) => sum + probesOf(program), 0);
  const mapBytes = memoryOf(spec);
  checkUses(() => scriptUses(ast, spec), limits, diagnostics);
  checkLimits({ probes, mapBytes, diagnostics }, limits);
  const { source, unnamed, variant } = program;
  const told = { source, name: nameOf(program), unnamed, variant };
  return { ...told, spec, outputs, config, diagnostics, probes, mapBytes };
}

/** Tests and benchmarks do not count: they are run only where they are asked for. */
function probesOf({ name, attach, probes }: ProgramSpec): number {
  if (name === START_PROGRAM || attach.kind === 'test' || attach.kind === 'bench') return 0;
  return probes === undefined ? 1 : probes.length;
}

function firstError(program: ScriptProgram, diagnostics: readonly Diagnostic[]): string {
  const error = diagnostics.find(({ severity }) => severity === 'error');
  return error === undefined
    ? 'the script does not compile'
    : formatDiagnostic(program.source, nameOf(program), error).trimEnd();
}

/** The node as this script may use it. */
function envOf({ allow = {}, childPid, pid, call, arguments: words }: ScriptProgram, env: CompileEnv): CompileEnv {
  const { unsafe = false, readFiles = false, writeFiles = false } = allow;
  return {
    ...env,
    ...call,
    ...(words === undefined ? {} : callOf(words)),
    unsafe,
    mayReadFiles: readFiles,
    mayWriteFiles: writeFiles,
    ...(childPid === undefined ? {} : { childPid }),
    ...(pid === undefined ? {} : processEnv(pid, env)),
  };
}

function nameOf({ name }: ScriptProgram): string {
  return name ?? 'stdin';
}

function memoryOf(spec: CollectionSpec): number {
  const page = pageSize();
  const cpus = possibleCpus();
  return spec.maps.reduce((sum, map) => sum + mapMemory(map, cpus, page), 0);
}

/** Whether anything is to be attached that may go on: BEGIN, END and iterators are done by themselves. */
export function hasProbes(spec: CollectionSpec): boolean {
  return spec.programs.some(({ attach }) => !['begin', 'end', 'iter', 'test', 'bench'].includes(attach.kind));
}
