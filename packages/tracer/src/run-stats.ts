import { enableRunStats, KernelError } from '@bpfleet/kernel';

/** What the programs cost is worth knowing, not worth failing for. */
export function runStatsOrNull(): { close(): void } | null {
  try {
    return enableRunStats();
  } catch (error) {
    if (error instanceof KernelError) return null;
    throw error;
  }
}
