import type { FleetCase } from '../run/fleet-case.ts';

/** From the run's seed on. An emulated arm64 takes about a second for each. */
export default {
  name: 'random programs: as the interpreter has them',
  programs: { random: 40 },
} satisfies FleetCase;
