import { countsRunsAlways, enableRunStats, KernelError } from '@bpfleet/kernel';

/** Has the kernel count what programs cost, while that is wanted: it makes each run of every program some 30 ns longer. */
export class RunCounting {
  #open: { close(): void } | null = null;
  #counted = false;

  /** Whether anything was counted at all. */
  get counted(): boolean {
    return this.#counted;
  }

  /** Nothing changes where the kernel does not count: what programs cost is worth knowing, not worth failing for. */
  set(on: boolean): void {
    if (!on) {
      this.#open?.close();
      this.#open = null;
      return;
    }
    try {
      this.#open ??= enableRunStats();
      this.#counted = true;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      // Only CAP_SYS_ADMIN may have it count; an administrator may have told it to count always.
      this.#counted = countsRunsAlways();
    }
  }
}
