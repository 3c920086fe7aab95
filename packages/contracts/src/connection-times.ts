/**
 * When a peer of a Connect stream counts as gone, milliseconds. Agents ping, controllers answer. Two pings fit into the silence of each
 * side; each costs some 100 us of CPU at both ends, which for thousands of nodes is what a controller at rest has to do.
 */
export const connectionTimes = {
  pingMs: 4_500,
  /** An agent that hears nothing for so long, while it runs, looks for another controller. */
  silenceMs: 10_000,
  /** A node that a controller hears nothing of for so long is offline. */
  leaseMs: 12_000,
} as const;
