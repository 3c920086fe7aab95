import type { KernelFeature } from '@bpfleet/compiler';
import { loadKernelSymbols } from '@bpfleet/kernel';
import type { ScriptProgram, Trace } from '../api.ts';
import { compileEnv } from '../compile-env.ts';
import { LoadedTrace } from '../loaded-trace.ts';
import { prepareTrace } from '../prepare-trace.ts';

/** As loadTrace, of a script, on a kernel that lacks more than this one does. */
export async function loadAsOlder(script: ScriptProgram, without: readonly KernelFeature[]): Promise<Trace> {
  await loadKernelSymbols();
  const env = compileEnv();
  const features = new Set([...env.features].filter((feature) => !without.includes(feature)));
  return new LoadedTrace(prepareTrace(script, { ...env, features }));
}
