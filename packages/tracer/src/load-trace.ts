import { loadKernelSymbols } from '@bpfleet/kernel';
import type { CheckResult, ScriptProgram, Trace, TraceLimits, TraceProgram, VariantsProgram } from './api.ts';
import { checkUses } from './check-limits.ts';
import { compileEnv } from './compile-env.ts';
import { LoadedTrace } from './loaded-trace.ts';
import { composedProgram } from './object/composed-program.ts';
import { ObjectTrace } from './object/object-trace.ts';
import { readTypes } from './object/object-types.ts';
import { type PreparedObject, prepareObject } from './object/prepare-object.ts';
import { tryObject } from './object/try-object.ts';
import { type PreparedTrace, prepareTrace } from './prepare-trace.ts';
import { TraceError } from './trace-error.ts';
import { deniedUse } from './uses/denied-use.ts';
import { objectUses } from './uses/object-uses.ts';
import type { Denied } from './uses/program-uses.ts';
import { firstThatFits } from './variants/first-that-fits.ts';

/** What the kernel's symbols are read for: probes on its functions, and stacks. Where a name says something else, no harm is done. */
const USES_SYMBOLS = /\b(k(ret)?probe|kr?|kstack)\b/;
/** kernel/bpf/verifier.c: `BPF program is too large`, `The sequence of 8193 jumps is too complex`. */
const TOO_LARGE = /\bis too (large|complex)\b/;

type SingleProgram = Exclude<TraceProgram, VariantsProgram>;

/** Compiles a script for this node, or opens an object, and loads it into its kernel; nothing is attached yet. Throws TraceError. */
export async function loadTrace(program: TraceProgram, limits?: TraceLimits): Promise<Trace> {
  if (program.kind === 'variants') return firstThatFits(program, (script) => loadTrace(script, limits));
  return load(await prepare(program, limits), program, limits);
}

/** Would it load here? Loads and gives everything back. */
export async function check(program: TraceProgram, limits?: TraceLimits): Promise<CheckResult> {
  if (program.kind === 'variants') return checkVariants(program, limits);
  let prepared: PreparedTrace | PreparedObject | null = null;
  try {
    prepared = await prepare(program, limits);
    load(prepared, program, limits).close();
    return answer(true, prepared, { diagnostics: prepared.diagnostics, reason: '', verifierLog: '' });
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    const { diagnostics, message, verifierLog } = error;
    return answer(false, prepared, { diagnostics, reason: message, verifierLog });
  }
}

async function checkVariants(program: VariantsProgram, limits: TraceLimits | undefined): Promise<CheckResult> {
  try {
    return await firstThatFits(program, async (script) => {
      const trace = await loadTrace(script, limits);
      const { warnings: diagnostics, probes, mapBytes, variant } = trace;
      trace.close();
      const chosen = variant === undefined ? {} : { variant };
      return { loads: true, diagnostics, reason: '', verifierLog: '', probes, mapBytes, ...chosen };
    });
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    const { diagnostics, message, verifierLog } = error;
    return answer(false, null, { diagnostics, reason: message, verifierLog });
  }
}

async function prepare(program: SingleProgram, limits: TraceLimits = {}): Promise<PreparedTrace | PreparedObject> {
  if (program.kind === 'script') {
    // Before anything is measured, and without blocking, as compiling and reading stacks would: a slow node takes
    // seconds for it, in which it must answer its controller. Read with the first stack, it came after the session's end.
    if (USES_SYMBOLS.test(program.source)) await loadKernelSymbols();
    return prepareTrace(program, compileEnv(), limits);
  }
  const composed = composedProgram(program);
  readTypes(composed);
  checkUses(() => objectUses(composed.object), limits);
  await tryObject(composed.object, costLimits(limits));
  const prepared = prepareObject(composed, limits);
  if (prepared.outputs.some(({ key }) => key.some(({ stack }) => stack !== undefined))) {
    // As above.
    await loadKernelSymbols().catch((error: unknown) => {
      prepared.object.close();
      throw error;
    });
  }
  return prepared;
}

/**
 * Whether a program that may be running already is forbidden by now: one sentence, or null. Throws TraceError where it
 * does not compile.
 */
export async function refusedUse(program: TraceProgram, denied: Denied): Promise<string | null> {
  if (program.kind === 'object') return deniedUse(objectUses(composedProgram(program).object), denied);
  const prepare = async (script: ScriptProgram) => void prepareTrace(script, compileEnv(), { denied });
  try {
    await (program.kind === 'variants' ? firstThatFits(program, prepare) : prepare(program));
    return null;
  } catch (error) {
    if (error instanceof TraceError && error.code === 'permission') return error.message;
    throw error;
  }
}

/** A trial is of what the object costs. */
function costLimits({ mapBytes, probes }: TraceLimits): TraceLimits {
  return { ...(mapBytes === undefined ? {} : { mapBytes }), ...(probes === undefined ? {} : { probes }) };
}

function load(prepared: PreparedTrace | PreparedObject, program: SingleProgram, limits?: TraceLimits): Trace {
  if ('object' in prepared) return new ObjectTrace(prepared);
  try {
    return new LoadedTrace(prepared);
  } catch (error) {
    if (program.kind !== 'script' || !isTooLarge(error)) throw error;
    return loadForgetful(program, limits, error);
  }
}

/** Once more, so that the verifier has fewer ways to walk. Throws what it said at first where that is no help. */
function loadForgetful(program: ScriptProgram, limits: TraceLimits | undefined, first: unknown): Trace {
  try {
    return new LoadedTrace(prepareTrace(program, { ...compileEnv(), forgetful: true }, limits));
  } catch (error) {
    throw error instanceof TraceError ? first : error;
  }
}

/** The verifier gave up: after a million instructions walked, or 8,192 ways that wait to be walked. */
function isTooLarge(error: unknown): boolean {
  return error instanceof TraceError && error.code === 'verifier' && TOO_LARGE.test(error.message);
}

function answer(
  loads: boolean,
  prepared: PreparedTrace | PreparedObject | null,
  said: Pick<CheckResult, 'diagnostics' | 'reason' | 'verifierLog'>,
): CheckResult {
  return { loads, ...said, probes: prepared?.probes ?? 0, mapBytes: prepared?.mapBytes ?? 0 };
}
