/** Bounds of one kind of waiting, milliseconds. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

export const reconnectBackoff: Backoff = { firstMs: 200, maxMs: 5_000 };
/** The controller does not want this node: a person has to act, so there is no hurry. */
export const refusedBackoff: Backoff = { firstMs: 30_000, maxMs: 60_000 };

/**
 * How long to wait before the attempt after `failures` in a row (1 or more): doubling, and a random half of it taken off,
 * so that a fleet does not come back all at once. `random` is in [0, 1).
 */
export function backoffMs({ firstMs, maxMs }: Backoff, failures: number, random: number): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(full * (1 - random / 2));
}
