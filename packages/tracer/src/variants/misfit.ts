import { isInKernelRange, kernelRangeText } from '@bpfleet/bpf';
import type { DiagnosticCode } from '@bpfleet/compiler';
import type { ScriptVariant } from '../api.ts';
import type { TraceError } from '../trace-error.ts';

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

/** One sentence: `needs tracepoint block:block_io_start, since Linux 5.19 (...); or ...`. */
export function misfitText(misfits: readonly { readonly variant: ScriptVariant; readonly reason: string }[]): string {
  const texts = misfits.map(({ variant: { needs, kernels }, reason }) => {
    const since = kernelRangeText(kernels);
    if (needs === '') return since === '' ? reason : `${reason}, which is known ${since}`;
    return `needs ${needs}${since === '' ? '' : `, ${since}`} (${reason})`;
  });
  return [...new Set(texts)].join('; or ');
}
