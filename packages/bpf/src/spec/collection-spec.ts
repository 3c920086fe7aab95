import type { MapSpec } from './map-spec.ts';
import type { ProgramSpec } from './program-spec.ts';

/** Everything one trace loads: pure data that any machine can hold, print and test. */
export interface CollectionSpec {
  readonly maps: readonly MapSpec[];
  readonly programs: readonly ProgramSpec[];
}
