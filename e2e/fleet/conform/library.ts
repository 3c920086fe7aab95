import { arch, release } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isInKernelRange } from '@bpfleet/bpf';
import { caseParameters, type ProgramVariant, type Tool, type ToolCase, toolProgram } from '@bpfleet/tools';
import { loadTrace, TraceError } from '@bpfleet/tracer';
import { lacking } from './lacking.ts';
import { saidOf } from './language.ts';
import { toolVerdicts } from './tool-verdicts.ts';
import type { Verdict } from './verdict.ts';

/** How long a tool is attached: some milliseconds, in which its probes fire and its output is read. */
const ATTACHED_MS = 200;
const ownArch = arch() === 'x64' ? 'x86-64' : arch();

/**
 * Attaches each tool of a library in this kernel. One that its manifest claims for this kernel must attach, but for what is looked up
 * and is not here; one that it does not claim may.
 */
export function library(folder: string, only: string): AsyncGenerator<Verdict> {
  return toolVerdicts(folder, only, attachedVerdict);
}

/** Whether a tool attaches here, with the parameters of its case. */
export async function attachedVerdict(tool: Tool, one: ToolCase): Promise<Omit<Verdict, 'name'>> {
  const { variants, arguments: words } = toolProgram(tool, caseParameters(one, process.pid));
  try {
    const trace = await loadTrace({ kind: 'variants', variants, arguments: words, unnamed: 'place' });
    try {
      trace.attach();
      await sleep(ATTACHED_MS);
      trace.drain();
      trace.detach();
      trace.readMaps();
      return { state: 'pass' };
    } finally {
      trace.close();
    }
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    if (error.code !== 'no-variant') return { state: 'fail', reason: saidOf(error) };
    const unexcused = await firstOf(variants.filter(isClaimed), (variant) => faultOf(variant, words));
    return unexcused === null ? { state: 'skipped', reason: error.message } : { state: 'fail', reason: unexcused };
  }
}

function isClaimed({ kernels, arch: archs }: ProgramVariant): boolean {
  return isInKernelRange(release(), kernels) && (archs.length === 0 || archs.includes(ownArch));
}

/** Why a variant that is claimed for this kernel does not run; null where it does, or where what it lacks is really not here. */
async function faultOf({ name, source }: ProgramVariant, words: readonly string[]): Promise<string | null> {
  try {
    (await loadTrace({ kind: 'script', name, source, arguments: words })).close();
    return null;
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    return lacking(error, source) === null ? `${name} is claimed for ${release()}: ${saidOf(error)}` : null;
  }
}

async function firstOf<T>(items: readonly T[], ask: (item: T) => Promise<string | null>): Promise<string | null> {
  for (const item of items) {
    const answer = await ask(item);
    if (answer !== null) return answer;
  }
  return null;
}
