import type { CheckResult, Trace, TraceLimits, TraceProgram } from './api.ts';
import { compileEnv } from './compile-env.ts';
import { LoadedTrace } from './loaded-trace.ts';
import { ObjectTrace } from './object/object-trace.ts';
import { type PreparedObject, prepareObject } from './object/prepare-object.ts';
import { type PreparedTrace, prepareTrace } from './prepare-trace.ts';
import { TraceError } from './trace-error.ts';

/** Compiles a script for this node, or opens an object, and loads it into its kernel; nothing is attached yet. Throws TraceError. */
export async function loadTrace(program: TraceProgram, limits?: TraceLimits): Promise<Trace> {
  return load(prepare(program, limits));
}

/** Would it load here? Loads and gives everything back. */
export async function check(program: TraceProgram, limits?: TraceLimits): Promise<CheckResult> {
  let prepared: PreparedTrace | PreparedObject | null = null;
  try {
    prepared = prepare(program, limits);
    load(prepared).close();
    return answer(true, prepared, { diagnostics: prepared.diagnostics, reason: '', verifierLog: '' });
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    const { diagnostics, message, verifierLog } = error;
    return answer(false, prepared, { diagnostics, reason: message, verifierLog });
  }
}

function prepare(program: TraceProgram, limits: TraceLimits | undefined): PreparedTrace | PreparedObject {
  return program.kind === 'object' ? prepareObject(program, limits) : prepareTrace(program, compileEnv(), limits);
}

function load(prepared: PreparedTrace | PreparedObject): Trace {
  return 'object' in prepared ? new ObjectTrace(prepared) : new LoadedTrace(prepared);
}

function answer(
  loads: boolean,
  prepared: PreparedTrace | PreparedObject | null,
  said: Pick<CheckResult, 'diagnostics' | 'reason' | 'verifierLog'>,
): CheckResult {
  return { loads, ...said, probes: prepared?.probes ?? 0, mapBytes: prepared?.mapBytes ?? 0 };
}
