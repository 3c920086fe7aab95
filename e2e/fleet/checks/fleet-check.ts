import type { Fleet } from '../run/fleet.ts';
import type { Outcome } from '../run/outcome.ts';

/** Something that the fleet as a whole must do. */
export interface FleetCheck {
  readonly name: string;
  readonly run: (fleet: Fleet) => Promise<Outcome[]>;
}
