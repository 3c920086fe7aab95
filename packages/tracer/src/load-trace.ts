import type { CheckResult, Trace, TraceLimits, TraceProgram } from './api.ts';
import { compileEnv } from './compile-env.ts';
import { LoadedTrace } from './loaded-trace.ts';
import { type PreparedTrace, prepareTrace } from './prepare-trace.ts';
import { TraceError } from './trace-error.ts';

/** Compiles for this node and loads into its kernel; nothing is attached yet. Throws TraceError. */
export async function loadTrace(program: TraceProgram, limits?: TraceLimits): Promise<Trace> {
  return new LoadedTrace(prepareTrace(program, compileEnv(), limits));
}

/** Would it load here? Loads and gives everything back. */
export async function check(program: TraceProgram, limits?: TraceLimits): Promise<CheckResult> {
  let prepared: PreparedTrace | null = null;
  try {
    prepared = prepareTrace(program, compileEnv(), limits);
    new LoadedTrace(prepared).close();
    return answer(true, prepared, { diagnostics: prepared.diagnostics, reason: '', verifierLog: '' });
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    const { diagnostics, message, verifierLog } = error;
    return answer(false, prepared, { diagnostics, reason: message, verifierLog });
  }
}

function answer(
  loads: boolean,
  prepared: PreparedTrace | null,
  said: Pick<CheckResult, 'diagnostics' | 'reason' | 'verifierLog'>,
): CheckResult {
  return { loads, ...said, probes: prepared?.probes ?? 0, mapBytes: prepared?.mapBytes ?? 0 };
}
