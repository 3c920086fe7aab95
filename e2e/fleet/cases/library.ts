import type { FleetCase } from '../run/fleet-case.ts';

/** Every tool of packages/tools/library, on the kernels that its manifest claims. */
export default { name: 'the tool library: attached', programs: 'library' } satisfies FleetCase;
