import type { FleetCase } from '../run/fleet-case.ts';

/** From the run's seed on. An emulated arm64 takes about a second for each; BPFLEET_RANDOM_PROGRAMS asks for more. */
export default {
  name: 'random programs: as the interpreter has them',
  programs: { random: Number(process.env.BPFLEET_RANDOM_PROGRAMS ?? 40) },
} satisfies FleetCase;
