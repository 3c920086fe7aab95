import type { Policy } from './policy.ts';

/**
 * What holds where a node's owner has said nothing: much more than a good session takes, much less than would harm the
 * node. A policy file narrows or widens each of them.
 *
 * @param countsRuns whether this agent may have the kernel count what programs cost: a bound that cannot be kept is none
 */
export function defaultPolicy(countsRuns: boolean): Policy {
  return {
    session: {
      durationMs: null,
      overhead: countsRuns ? 0.25 : null,
      eventsPerSecond: 100_000,
      mapBytes: 256 * 1024 ** 2,
      probes: 10_000,
    },
    node: { sessions: null, overhead: countsRuns ? 0.5 : null, mapBytes: null },
    deny: { probes: [], functions: [] },
    allowedDigests: null,
  };
}
