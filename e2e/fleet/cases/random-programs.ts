import type { FleetCase } from '../run/fleet-case.ts';

/** Other ones at each run; their seeds are told. */
export default {
  name: 'random programs: as the interpreter has them',
  programs: { random: 200 },
} satisfies FleetCase;
