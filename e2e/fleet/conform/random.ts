import { generateProgram } from '@bpfleet/compiler/testing';
import { TraceError } from '@bpfleet/tracer';
import { runRandomProgram } from '@bpfleet/tracer/testing';
import { lacking } from './lacking.ts';
import { saidOf } from './language.ts';
import type { Verdict } from './verdict.ts';

/** Of an old kernel, for which many programs are too new: so many are tried for each that is wanted. */
const MOST_TRIED = 5;

/**
 * Runs so many random programs in this kernel, made of seeds from the first one on, and holds each against the
 * interpreter. Those that need a newer kernel do not count. A name has the seed.
 */
export async function* random(count: string, first: string): AsyncGenerator<Verdict> {
  let judged = 0;
  for (let tried = 0; judged < Number(count) && tried < Number(count) * MOST_TRIED; tried++) {
    const seed = Number(first) + tried;
    const verdict = await verdictOf(generateProgram(seed));
    if (verdict.state !== 'skipped') judged++;
    yield { name: `seed ${seed}`, ...verdict };
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
