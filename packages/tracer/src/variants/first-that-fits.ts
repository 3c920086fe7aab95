import { nodeIdentity } from '@bpfleet/kernel';
import type { ScriptProgram, ScriptVariant, VariantsProgram } from '../api.ts';
import { TraceError } from '../trace-error.ts';
import { isClaimed, lackOf, type Misfit, misfitText } from './misfit.ts';

/**
 * Does `attempt` with the first script that fits this node. One for another architecture is not tried; what is said of kernels only
 * gives words, for what was ported back to an older one runs there.
 *
 * Throws TraceError: `no-variant` where none fits; whatever else was wrong with one that is said to fit. Throws at once what is
 * none of a variant's: a limit, a right.
 */
export async function firstThatFits<T>(
  program: VariantsProgram,
  attempt: (script: ScriptProgram) => Promise<T>,
): Promise<T> {
  const node = nodeIdentity();
  const misfits: Misfit[] = [];
  const failures: TraceError[] = [];
  for (const variant of program.variants) {
    if (variant.arch.length > 0 && !variant.arch.includes(node.arch)) {
      misfits.push({ variant, reason: `it is for ${variant.arch.join(', ')}` });
      continue;
    }
    try {
      return await attempt(scriptOf(program, variant));
    } catch (error) {
      if (!(error instanceof TraceError) || error.code === 'limit' || error.code === 'permission') throw error;
      const reason = lackOf(error);
      if (reason === null && isClaimed(variant, node.kernel)) failures.push(error);
      else misfits.push({ variant, reason: reason ?? error.message });
    }
  }
  const [failure] = failures;
  if (failure !== undefined) throw withMisfits(failure, misfits);
  throw new TraceError('no-variant', misfitText(misfits, node.kernel));
}

/** A mistake, with why the variants that do not have it were passed over. */
function withMisfits(failure: TraceError, misfits: readonly Misfit[]): TraceError {
  if (misfits.length === 0) return failure;
  const { code, message, diagnostics, verifierLog } = failure;
  const others = misfits.map(({ variant, reason }) => `${variant.name} does not fit: ${reason}`).join('; ');
  return new TraceError(code, `${message}\n(${others})`, { diagnostics, verifierLog, cause: failure });
}

function scriptOf({ kind: _, variants: __, ...rest }: VariantsProgram, { name, source }: ScriptVariant): ScriptProgram {
  return { ...rest, kind: 'script', source, name: `${name}.bt`, variant: name };
}
