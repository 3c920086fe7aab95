import { readFileSync } from 'node:fs';
import type { TraceLimits } from '../api.ts';
import { TraceError } from '../trace-error.ts';

/** Exit status of a trial in which the object was refused in good order. */
export const REFUSED = 3;

/**
 * What a trial's process does: opens and loads the object that comes on stdin, and gives everything back. What that
 * throws as an error, the caller will find by itself.
 *
 * @param limits TraceLimits as JSON
 */
export async function runTrial(limits: string): Promise<void> {
  const { ObjectTrace } = await import('./object-trace.ts');
  const { prepareObject } = await import('./prepare-object.ts');
  try {
    const object = readFileSync(0);
    new ObjectTrace(prepareObject({ kind: 'object', object }, JSON.parse(limits) as TraceLimits)).close();
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    process.exitCode = REFUSED;
  }
}
