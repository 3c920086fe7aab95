/**
 * How often agents ping on a Connect stream, milliseconds; controllers answer. A ping costs some 100 us of CPU at both ends, which for
 * thousands of nodes is most of what a controller at rest has to do: so agents that have nothing to do ping less often.
 */
export const connectionTimes = {
  /** Of an agent that has a session, or something of one to deliver. */
  pingMs: 4_500,
  /** Of one that has not. */
  restingPingMs: 13_500,
  /** For so long a controller vouches for the nodes that it hears. One that vanishes without a word vouches no longer. */
  leaseMs: 12_000,
} as const;

/** An agent that hears nothing for so long, while it runs and pings so often, looks for another controller. */
export function agentPatienceMs(pingMs: number): number {
  return 2 * pingMs + 1_000;
}

/**
 * A node that a controller hears nothing of for so long is offline. `nextMs` is what its last ping said of the next one: 0 where it said
 * nothing. Nobody is waited for longer than for an agent at rest.
 */
export function nodePatienceMs(nextMs: number): number {
  const pingMs = nextMs === 0 ? connectionTimes.pingMs : Math.min(nextMs, connectionTimes.restingPingMs);
  return 2 * pingMs + 3_000;
}
