import type { FleetCase } from '../run/fleet-case.ts';

/** Every tool of packages/tools/library, on the kernels that its manifest claims, against its own workload. */
export default {
  name: 'the tool library: attached, held against their workloads',
  programs: 'library',
} satisfies FleetCase;
