import type { AttachSpec, ProgramType } from '@bpfleet/bpf';
import type { AllSyscalls } from '../probes/provider.ts';
import type { TypedProbe } from './model.ts';

/** What becomes one program. */
export interface ProgramPlan {
  readonly programType: ProgramType;
  readonly attach: AttachSpec;
  /** In the order of the script. One without numbers is the whole program. */
  readonly branches: readonly Branch[];
  readonly all?: AllSyscalls;
  /** Of probes on many functions: the names of those. */
  readonly functions?: readonly string[];
}

/** A body, for one probe or for several that are the same but for their names. */
export interface Branch {
  /** What the body is made from; of several, any. */
  readonly probe: TypedProbe;
  /** The system calls, or the functions, by number, and the name of the probe for each. */
  readonly calls: ReadonlyMap<number, string>;
}
