import { releaseHeap } from '@bpfleet/runtime';

/** Gives back what only a tracing agent needs, and what its start took. */
export function releaseMemory(): void {
  releaseHeap();
  import('@bpfleet/tracer/process')
    .then(({ releasePages }) => releasePages())
    // Only memory is at stake: a node whose C library or /proc cannot do it must not lose its agent to this.
    .catch((error: unknown) => process.emitWarning(`memory at rest is kept: ${String(error)}`));
}
