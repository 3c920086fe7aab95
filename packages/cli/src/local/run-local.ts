import { openSync } from 'node:fs';
import { constants } from 'node:os';
import { applyDelta, diff, emptyState, type MapState } from '@bpfleet/aggregate';
import type { ScriptCall } from '@bpfleet/compiler';
import type { Trace } from '@bpfleet/tracer';
import { PrintedHeading } from '../run/printed-heading.ts';
import type { HeldCommand } from './child-command.ts';
import { type Buffering, DescriptorSink } from './descriptor-sink.ts';
import { LocalError } from './local-error.ts';
import type { LocalOptions } from './local-options.ts';
import type { Messages } from './messages.ts';
import { ownRuns, runOwn } from './own-runs.ts';
import { type LocalProgram, reasonOf } from './read-script.ts';
import { onSignals } from './signals.ts';
import { jsonOutput, type TraceOutput, textOutput, writeEvents } from './trace-output.ts';
import { watchProcess } from './watched-process.ts';

type Tracer = typeof import('@bpfleet/tracer');

/** Nobody reads the windows of a local trace: one a day. Milliseconds. */
const WINDOW_MS = 86_400_000;
/** Harnesses wait for this word before they start what is to be traced. */
const NOTIFY = '__BPFTRACE_NOTIFY_PROBES_ATTACHED';

export interface LocalRun {
  readonly program: LocalProgram;
  readonly options: LocalOptions;
  readonly messages: Messages;
  readonly env: NodeJS.ProcessEnv;
  /** Of `-p`. */
  readonly pid: number | undefined;
  /** Of `-c`. */
  readonly child: HeldCommand | undefined;
}

/** Loads, attaches, follows and prints a trace. Gives the status to exit with. Throws LocalError, TraceError. */
export async function runLocal(run: LocalRun, tracer: Tracer): Promise<number> {
  const { options, messages, child, program } = run;
  const output = formatOf(options);
  const trace = await tracer.loadTrace(programOf(run));
  try {
    await tellDiagnostics(trace, run);
    const told = trace.warnings.length;
    if (options.given.verbose === true) {
      messages.note(`${trace.programIds.length} programs loaded, ${trace.mapBytes} bytes of maps and rings\n`);
    }
    const out = openOutput(options);
    const own = ownRuns(options);
    if (own !== null) {
      const status = runOwn(trace, own, output === jsonOutput, out);
      out.flush();
      return status;
    }
    if (program.kind !== 'object' && trace.probes === 0) return nothingToAttach(trace, messages, out);
    if (options.given.dryRun === true) {
      trace.attach();
      return 0;
    }
    const status = await follow(trace, tracer.runTrace, { ...run, output, out });
    if (program.kind === 'object') await tellDiagnostics(trace, run, told);
    if (options.given.verbose === true && child !== undefined) tellEnd(child, messages);
    return status;
  } finally {
    trace.close();
  }
}

/** As bpftrace answers a script without probes, and one that has only tests or benchmarks. */
function nothingToAttach(trace: Trace, messages: Messages, out: DescriptorSink): number {
  if (trace.programIds.length > 0) {
    const kind = trace.runsTests === false ? 'bench' : 'test';
    const probes = kind === 'bench' ? 'benchmark' : 'test';
    messages.error(`No probes attached; use --${kind} to run ${probes} probes.`);
    return 255;
  }
  out.write('No probes to attach\n');
  out.flush();
  return 1;
}

function programOf({ program, options, env, pid, child }: LocalRun): Parameters<Tracer['loadTrace']>[0] {
  if (program.kind === 'object') return program;
  const { given } = options;
  const call: ScriptCall = {
    positional: options.positional,
    named: options.named,
    environment: Object.fromEntries(
      Object.entries(env).flatMap(([name, value]) =>
        name.startsWith('BPFTRACE_') && value !== undefined ? [[name, value]] : [],
      ),
    ),
    includes: options.includes,
    includeFolders: options.includeFolders,
    helperErrors: given.noWarnings !== true,
    readWarnings: given.readWarnings === true,
    ...(given.probeFilter === undefined ? {} : { probeFilter: given.probeFilter }),
  };
  return {
    ...(program.kind === 'script' ? program : withoutManifest(program)),
    allow: { readFiles: true, writeFiles: true, unsafe: given.unsafe === true },
    ...(child === undefined ? {} : { childPid: child.pid }),
    ...(pid === undefined ? {} : { pid }),
    call,
  };
}

function withoutManifest({ kind, variants, arguments: words }: Extract<LocalProgram, { kind: 'variants' }>) {
  return { kind, variants, arguments: words };
}

function formatOf({ given: { format = 'text' } }: LocalOptions): TraceOutput {
  switch (format) {
    case 'text':
      return textOutput;
    case 'json':
      return jsonOutput;
    default:
      throw new LocalError(`Invalid output format "${format}"\nValid formats: 'text', 'json'`);
  }
}

function openOutput({ given: { output, buffering = 'line' } }: LocalOptions): DescriptorSink {
  // `-B` was checked when the command line was read.
  const mode = buffering as Buffering;
  if (output === undefined || output === '') return new DescriptorSink(1, mode);
  try {
    return new DescriptorSink(openSync(output, 'w', 0o666), mode);
  } catch (error) {
    const reason = reasonOf(error as NodeJS.ErrnoException);
    throw new LocalError(`Failed to open output file: "${output}": ${reason}`, { cause: error });
  }
}

async function follow(
  trace: Trace,
  runTrace: Tracer['runTrace'],
  { program, options, messages, env, pid, child, output, out }: LocalRun & { output: TraceOutput; out: DescriptorSink },
): Promise<number> {
  const err = new DescriptorSink(2);
  const stop = new AbortController();
  const columns = program.kind === 'variants' && output === textOutput ? program.manifest.columns : undefined;
  const heading = new PrintedHeading(columns);
  const releases = [onSignals(() => stop.abort())];
  try {
    const { lost, exitCode } = await runTrace(trace, {
      intervalMs: WINDOW_MS,
      signal: stop.signal,
      stayAttached: child !== undefined,
      keepEvents: false,
      onAttached: () => {
        const { stream, text } = output.attached(trace.probes);
        if (options.given.quiet !== true) (stream === 'out' ? out : err).write(text);
        child?.onEnd(() => stop.abort());
        child?.go();
        if (pid !== undefined) releases.push(watchProcess(pid, () => stop.abort()));
        if (env[NOTIFY] !== undefined) new DescriptorSink(1).write(`${NOTIFY}\n`);
      },
      onEvents: (events) => {
        for (const { type, text } of events) out.write(heading.before({ type, text }));
        writeEvents(
          output,
          events.map((event) => heading.row(event)),
          { out, err },
        );
      },
      onWindow: () => undefined,
    });
    if (lost.kernel > 0n) out.write(output.lost(lost.kernel));
    const maps = trace.printsMaps === false ? [] : trace.readMaps();
    out.write(output.end(program.kind === 'variants' ? maps.map(asResult) : maps));
    out.flush();
    // A script's are told as they happen.
    if (lost.mapFull > 0n && program.kind === 'object')
      messages.warning(`${lost.mapFull} updates were refused because a map was full`);
    if (lost.truncated > 0n && options.given.verbose === true) {
      messages.warning(`${lost.truncated} strings were cut to the longest that is kept`);
    }
    if (lost.readFailed > 0n && options.given.verbose === true) {
      messages.warning(`${lost.readFailed} reads of memory failed: it was not there, or not in memory`);
    }
    return exitCode;
  } finally {
    for (const release of releases) release();
    await child?.stop();
  }
}

/** As a controller would have it: what adds up to zero is not there, as memory that was freed again. */
function asResult(map: MapState): MapState {
  const result = emptyState(map.schema);
  applyDelta(result, diff(undefined, map));
  return result;
}

/** `from`: how many have been told. */
async function tellDiagnostics(trace: Trace, { program, messages }: LocalRun, from = 0): Promise<void> {
  const warnings = trace.warnings.slice(from);
  // Whoever runs a tool cannot mend it.
  if (warnings.length === 0 || program.kind === 'variants') return;
  const { tell } = await import('./tell-diagnostics.ts');
  tell(warnings, program, messages);
}

function tellEnd(child: HeldCommand, messages: Messages): void {
  const { code = null, signal = null } = child.ended() ?? {};
  if (signal !== null) messages.note(`Child terminated by signal: ${constants.signals[signal]}\n`);
  else if (code !== null) messages.note(`Child exited with code: ${code}\n`);
}
