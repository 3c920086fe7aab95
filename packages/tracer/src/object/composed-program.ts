import { type ComposeProblem, composeObject, problemText } from '@bpfleet/bpf';
import type { ObjectProgram } from '../api.ts';
import { TraceError } from '../trace-error.ts';

/** The program with its manifest in the object and its variables set. Throws TraceError: compile. */
export function composedProgram(program: ObjectProgram): ObjectProgram {
  const { object, manifest, parameters = {}, ...rest } = program;
  if (manifest === undefined && Object.keys(parameters).length === 0) return program;
  const composed = composeObject(object, manifest === undefined ? undefined : parsed(manifest), parameters);
  if ('object' in composed) return { ...rest, object: composed.object };
  throw new TraceError('compile', composed.problems.map(sentence).join('; '));
}

function sentence({ what, path, message }: ComposeProblem): string {
  return what === 'manifest' ? `the manifest is wrong: ${problemText({ path, message })}` : message;
}

function parsed(manifest: string): unknown {
  try {
    return JSON.parse(manifest);
  } catch (error) {
    throw new TraceError('compile', 'the manifest is no JSON', { cause: error });
  }
}
