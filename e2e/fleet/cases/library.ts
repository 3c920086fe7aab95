import type { FleetCase } from '../run/fleet-case.ts';

export default {
  name: 'the tool library: attached, held against their workloads',
  programs: 'library',
} satisfies FleetCase;
