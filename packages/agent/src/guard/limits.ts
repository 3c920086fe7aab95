/** Bounds on one trace; null is none. */
export interface Limits {
  /** Milliseconds attached. */
  readonly durationMs: number | null;
  /** Fraction of the node's CPU time. */
  readonly overhead: number | null;
  readonly eventsPerSecond: number | null;
  /** Kernel memory of maps and rings. */
  readonly mapBytes: number | null;
  readonly probes: number | null;
}

export const noLimits: Limits = {
  durationMs: null,
  overhead: null,
  eventsPerSecond: null,
  mapBytes: null,
  probes: null,
};

/** Of each bound the stricter. */
export function strictest(a: Limits, b: Limits): Limits {
  return {
    durationMs: least(a.durationMs, b.durationMs),
    overhead: least(a.overhead, b.overhead),
    eventsPerSecond: least(a.eventsPerSecond, b.eventsPerSecond),
    mapBytes: least(a.mapBytes, b.mapBytes),
    probes: least(a.probes, b.probes),
  };
}

export function least(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
