/** The fleet's time, as this node knows it: its own clock, corrected by what the controller's stream measured. */
export interface FleetClock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** To be added to this node's clock, milliseconds. */
  offset(): number;
}

export function fleetClock(offset: () => number): FleetClock {
  return { now: () => Date.now() + offset(), offset };
}
