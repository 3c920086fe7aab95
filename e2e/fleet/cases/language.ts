import type { FleetCase } from '../run/fleet-case.ts';

/** The case files of the language: packages/compiler/cases. */
export default { name: 'the language: its case files', programs: 'language' } satisfies FleetCase;
