import { createWriteStream, readFileSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Diagnostic } from '@bpfleet/compiler';
import { CliError } from '../cli-error.ts';
import { printStage, type Stage } from '../compile/print-stage.ts';
import { mayTrace } from '../local/may-trace.ts';
import { jsonOutput, type TraceOutput, textOutput, writeEvents } from '../local/trace-output.ts';
import { onInterrupts } from '../run/interrupts.ts';
import { type ProgramObject, type ProgramText, readProgramFile } from '../run/read-program.ts';
import type { Terminal } from '../terminal.ts';

export interface LocalOptions {
  readonly execute?: string;
  readonly format: 'text' | 'json';
  readonly quiet?: boolean;
  readonly output?: string;
  readonly verbose?: boolean;
  readonly dryRun?: boolean;
  readonly debug?: Stage;
}

/** As bpftrace exits on any error. */
const ERROR = 1;
/** Nobody reads the windows of a local trace: one a day. Milliseconds. */
const WINDOW_MS = 86_400_000;

/** `bpfleet local`: one trace in this process, printed as bpftrace prints it. Throws CliError with status 1. */
export async function local(file: string | undefined, options: LocalOptions, terminal: Terminal): Promise<void> {
  const program = programOf(file, options.execute);
  const tracer = await import('@bpfleet/tracer');
  if (options.debug !== undefined) {
    if (program.kind === 'object') throw new CliError(ERROR, '-d shows what a script compiles to; this is an object.');
    terminal.out.write(await printStage(program, options.debug, tracer.compileEnv(), ERROR));
    return;
  }
  if (!mayTrace()) {
    throw new CliError(ERROR, 'Loading programs into the kernel needs root, or CAP_BPF and CAP_PERFMON.', {
      hint: 'Run it with sudo.',
    });
  }
  const out = options.output === undefined ? terminal.out : createWriteStream(options.output);
  try {
    const trace = await tracer.loadTrace(
      program.kind === 'script' ? { ...program, allow: { readFiles: true } } : program,
    );
    try {
      await printDiagnostics(trace.warnings, program, terminal);
      if (options.verbose === true) {
        terminal.err.write(`${trace.programIds.length} programs loaded, ${trace.mapBytes} bytes of maps and rings\n`);
      }
      if (options.dryRun !== true) {
        await follow(trace, tracer.runTrace, { out, err: terminal.err }, options);
      }
    } finally {
      trace.close();
    }
  } catch (error) {
    throw await refusal(error, program, options, terminal);
  } finally {
    if (out !== terminal.out) {
      out.end();
      await finished(out);
    }
  }
}

type Tracer = typeof import('@bpfleet/tracer');

async function follow(
  trace: Awaited<ReturnType<Tracer['loadTrace']>>,
  runTrace: Tracer['runTrace'],
  { out, err }: { readonly out: NodeJS.WritableStream; readonly err: NodeJS.WritableStream },
  options: LocalOptions,
): Promise<void> {
  const output: TraceOutput = options.format === 'json' ? jsonOutput : textOutput;
  const stop = new AbortController();
  const release = onInterrupts(
    () => stop.abort(),
    () => process.exit(ERROR),
  );
  try {
    const { lost } = await runTrace(trace, {
      intervalMs: WINDOW_MS,
      signal: stop.signal,
      onAttached: () => {
        const { stream, text } = output.attached(trace.probes);
        if (options.quiet !== true) {
          (stream === 'out' ? out : err).write(text);
        }
      },
      onEvents: (events) => writeEvents(output, events, { out, err }),
      onWindow: () => undefined,
    });
    if (lost.kernel > 0n) {
      out.write(output.lost(lost.kernel));
    }
    out.write(output.end(trace.readMaps()));
    if (lost.mapFull > 0n) {
      err.write(`WARNING: ${lost.mapFull} updates were refused because a map was full\n`);
    }
    if (lost.truncated > 0n && options.verbose === true) {
      err.write(`WARNING: ${lost.truncated} strings were cut to the longest that is kept\n`);
    }
  } finally {
    release();
  }
}

function programOf(file: string | undefined, script: string | undefined): ProgramText | ProgramObject {
  try {
    if (script !== undefined && file === undefined) {
      return { kind: 'script', source: script, name: 'stdin' };
    }
    if (file !== undefined && script === undefined) {
      return file === '-' ? { kind: 'script', source: readFileSync(0, 'utf8'), name: 'stdin' } : readProgramFile(file);
    }
  } catch (error) {
    throw new CliError(ERROR, (error as Error).message, { cause: error });
  }
  throw new CliError(ERROR, 'Give one script: a FILE or -e SCRIPT.');
}

async function printDiagnostics(
  found: readonly Diagnostic[],
  program: ProgramText | ProgramObject,
  terminal: Terminal,
): Promise<void> {
  if (found.length === 0) {
    return;
  }
  const { formatDiagnostic } = await import('@bpfleet/compiler');
  for (const each of found) {
    const text =
      program.kind === 'script'
        ? formatDiagnostic(program.source, program.name, each)
        : `${program.name}: ${each.severity === 'warning' ? 'WARNING' : 'ERROR'}: ${each.message}`;
    terminal.err.write(`${text}\n`);
  }
}

/** An error of the tracer as bpftrace tells it: the marked lines of the script, or one line. */
async function refusal(
  error: unknown,
  program: ProgramText | ProgramObject,
  options: LocalOptions,
  terminal: Terminal,
): Promise<unknown> {
  if (!(error instanceof Error) || error.name !== 'TraceError') {
    return error;
  }
  const { code, diagnostics, verifierLog } = error as Error &
    Pick<import('@bpfleet/tracer').TraceError, 'code' | 'diagnostics' | 'verifierLog'>;
  await printDiagnostics(diagnostics, program, terminal);
  if (verifierLog !== '' && options.verbose === true) {
    terminal.err.write(`${verifierLog}\n`);
  }
  if (code === 'compile' && diagnostics.length > 0) {
    return new CliError(ERROR, '', { cause: error });
  }
  const hint = code === 'verifier' && options.verbose !== true ? { hint: "-v shows the verifier's log." } : {};
  return new CliError(ERROR, error.message, { ...hint, cause: error });
}
