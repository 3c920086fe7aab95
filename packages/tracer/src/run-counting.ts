import { readFileSync } from 'node:fs';
import { enableRunStats, KernelError } from '@bpfleet/kernel';

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
      this.#counted = countsAlways();
    }
  }
}

function countsAlways(): boolean {
  try {
    return readFileSync('/proc/sys/kernel/bpf_stats_enabled', 'utf8').trim() === '1';
  } catch {
    return false;
  }
}
