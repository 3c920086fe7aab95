import type { ScriptProgram } from './api.ts';
import { compileEnv } from './compile-env.ts';
import { prepareTrace } from './prepare-trace.ts';

/** Kinds that are listed without the number that says how often. */
const COUNTED = /^((?:interval|profile):\w+:|(?:software|hardware):[\w-]+:)\d+$/;

/** The probes a script would be attached to on this node, each once; BEGIN and END are not attached. Throws TraceError. */
export function listScript(program: ScriptProgram): string[] {
  const { spec } = prepareTrace(program, compileEnv());
  const names = spec.programs
    .filter(({ attach }) => attach.kind !== 'begin' && attach.kind !== 'end')
    .flatMap(({ probes = [] }) => probes);
  return [...new Set(names.map((name) => name.replace(COUNTED, '$1')))];
}
