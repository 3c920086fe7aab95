import { generateProgram } from '@bpfleet/compiler/testing';
import { TraceError } from '@bpfleet/tracer';
import { runRandomProgram } from '@bpfleet/tracer/testing';
import { lacking } from './lacking.ts';
import { saidOf } from './language.ts';
import type { Verdict } from './verdict.ts';

/**
 * Runs so many random programs in this kernel and holds each against the interpreter. A name has the seed, for
 * BPFLEET_RANDOM_SEED of the tracer's test.
 */
export async function* random(count: string): AsyncGenerator<Verdict> {
  const first = Math.floor(Math.random() * 2 ** 31);
  for (let seed = first; seed < first + Number(count); seed++) {
    yield { name: `seed ${seed}`, ...(await verdictOf(generateProgram(seed))) };
  }
}

async function verdictOf(source: string): Promise<Omit<Verdict, 'name'>> {
  try {
    const run = await runRandomProgram(source);
    if ('refused' in run) return { state: 'skipped', reason: 'it is too large' };
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
