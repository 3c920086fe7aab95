import { generateProgram } from '@bpfleet/compiler/testing';
import { TraceError } from '@bpfleet/tracer';
import { runRandomProgram } from '@bpfleet/tracer/testing';
import { lacking } from './lacking.ts';
import { saidOf } from './language.ts';
import type { Verdict } from './verdict.ts';

/**
 * Runs so many random programs in this kernel, made of as many seeds from the first one on, and holds each against the
 * interpreter. A name has the seed.
 */
export async function* random(count: string, first: string): AsyncGenerator<Verdict> {
  for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
    yield { name: `seed ${seed}`, ...(await verdictOf(generateProgram(seed))) };
  }
}

async function verdictOf(source: string): Promise<Omit<Verdict, 'name'>> {
  try {
    const run = await runRandomProgram(source);
    if ('refused' in run) return { state: 'fail', reason: `it is refused: ${run.refused}` };
    if (run.done === run.expected) return { state: 'pass' };
    return { state: 'fail', reason: `it printed ${JSON.stringify(run.done)}, not ${JSON.stringify(run.expected)}` };
  } catch (error) {
    if (error instanceof TraceError && overflows(error)) return { state: 'skipped', reason: 'a constant overflows' };
    const reason = error instanceof TraceError ? lacking(error, source) : null;
    return reason === null ? { state: 'fail', reason: saidOf(error) } : { state: 'skipped', reason };
  }
}

/** Whether all that is wrong is arithmetic of constants that no 64 bits hold, which the language refuses. */
function overflows({ code, diagnostics }: TraceError): boolean {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  return code === 'compile' && errors.length > 0 && errors.every(({ message }) => message.includes('unable to fold'));
}
