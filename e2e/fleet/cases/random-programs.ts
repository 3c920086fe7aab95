import type { FleetCase } from '../run/fleet-case.ts';

/** Other ones at each run; their seeds are told. An emulated arm64 takes about a second for each. */
export default {
  name: 'random programs: as the interpreter has them',
  programs: { random: 40 },
} satisfies FleetCase;
