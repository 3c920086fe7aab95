import type { FleetCase } from '../run/fleet-case.ts';

/** Every tool of packages/tools/library against its own workload: some seconds each, on an emulated machine many. */
export default {
  name: 'the tool library: held against its workloads',
  programs: 'workloads',
  wholeFleet: true,
} satisfies FleetCase;
