import { isInKernelRange, kernelRangeText } from '@bpfleet/bpf';
import type { DiagnosticCode } from '@bpfleet/compiler';
import type { ScriptVariant } from '../api.ts';
import type { TraceError } from '../trace-error.ts';

/** A variant that this node cannot run, and why. */
export interface Misfit {
  readonly variant: ScriptVariant;
  readonly reason: string;
}

/** What the compiler finds of scripts that are for another kernel. */
const lacks: ReadonlySet<DiagnosticCode> = new Set([
  'no-match',
  'no-program',
  'unsupported',
  'unknown-field',
  'unknown-name',
]);

/** What this node lacks for a script; null where that is not why it does not run. */
export function lackOf({ code, message, diagnostics }: TraceError): string | null {
  if (code === 'unsupported') return message;
  if (code !== 'compile') return null;
  // One of them is enough: others may follow from it.
  return diagnostics.find((each) => each.severity === 'error' && lacks.has(each.code))?.message ?? null;
}

/** Whether a variant is said to run on a kernel. */
export function isClaimed({ kernels }: ScriptVariant, release: string): boolean {
  return kernels === '' || isInKernelRange(release, kernels);
}

/**
 * One sentence: `needs tracepoint block:block_io_start, since Linux 5.19 (...); or ...`. Which kernels have it is told where this
 * is none of them; a variant that is for others is passed over where one that is for this kernel lacks the same.
 */
export function misfitText(misfits: readonly Misfit[], release: string): string {
  const claimed = misfits.filter(({ variant }) => isClaimed(variant, release));
  const texts = misfits
    .filter((misfit) => claimed.includes(misfit) || !claimed.some(({ reason }) => reason === misfit.reason))
    .map((misfit) => {
      const { needs, kernels } = misfit.variant;
      const range = claimed.includes(misfit) ? '' : kernelRangeText(kernels);
      if (needs === '') return misfit.reason;
      return `needs ${needs}${range === '' ? '' : `, ${range}`} (${misfit.reason})`;
    });
  return [...new Set(texts)].join('; or ');
}
