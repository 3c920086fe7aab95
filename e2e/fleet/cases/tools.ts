import type { FleetCase } from '../run/fleet-case.ts';

/** Those of Debian's bpftrace. */
export default { name: "bpftrace's own tools: compiled, loaded, attached", programs: 'tools' } satisfies FleetCase;
