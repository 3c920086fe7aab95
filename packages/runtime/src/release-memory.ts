import { releaseHeap } from './release-heap.ts';

/** Gives back what only a busy process needs, and what its start took. `libc` is asked for the first time that this happens. */
export function releaseMemory(libc: () => Promise<{ releasePages(): void }>): void {
  releaseHeap();
  libc()
    .then(({ releasePages }) => releasePages())
    // Only memory is at stake: a machine whose C library or /proc cannot do it must not lose its process to this.
    .catch((error: unknown) => process.emitWarning(`memory at rest is kept: ${String(error)}`));
}
