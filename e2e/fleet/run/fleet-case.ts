import type { NodeAnswer, ResultEntry } from '@bpfleet/aggregate';
import type { ProgramFolders } from '../conform/program-folders.ts';
import type { Capability } from '../guest/agent.ts';

/** What a program must do on every node that has what it needs. One file of e2e/fleet/cases each. */
export type FleetCase = SessionCase | ProgramsCase;

export type SessionCase = CaseFrame & (ScriptCase | ObjectCase | AssemblerCase);

/** Many programs, each run on every node by itself: none may fail, and not all may be skipped. */
export interface ProgramsCase {
  readonly name: string;
  /** A folder of programs, by the word of conform() that runs it; or how many are made at random. */
  readonly programs: keyof ProgramFolders | { readonly random: number };
  /** Of a library of tools, only those of these names. */
  readonly only?: readonly string[];
  /** Run where it is named, and on the whole fleet: it takes a quarter of an hour. */
  readonly wholeFleet?: true;
}

interface CaseFrame {
  readonly name: string;
  /** Shell that runs while the program is attached, with the workloads of guest/workloads.sh; none: it ends by itself. */
  readonly workload?: string;
  /** Features, as `bpfleet nodes` lists them, without which a node skips it; of several in a list one is enough. */
  readonly needs?: readonly (string | readonly string[])[];
  /** What guests' agents must have for it beyond what every agent has: the same for all cases, so that agents start again once. */
  readonly capabilities?: readonly Capability[];
  /** The workload must be in the agent's network namespace: the host's agent has one of its own, and skips it. */
  readonly ownNetwork?: true;
  /** Functions of the kernel without which a node skips it. */
  readonly functions?: readonly string[];
  /** Programs, by their paths, without which a node skips it: the host need not have what guests have. */
  readonly files?: readonly string[];
  /** Run where it is named, and on the whole fleet: no guest of every test run has what it needs. */
  readonly wholeFleet?: true;
  /** Throws where a node's part of the answer is not what it must be. */
  readonly check: (answer: CaseAnswer) => void;
}

interface ScriptCase {
  readonly script: string;
}

interface ObjectCase {
  /** C, of which clang makes one object for all nodes; linux/bpf.h and bpf_helpers.h are included. */
  readonly object: string;
  /** The YAML beside it. */
  readonly manifest?: string;
}

interface AssemblerCase {
  /** The text of a FILE.bpf.s. */
  readonly assembler: string;
}

/** One node's part of a session. */
export interface CaseAnswer {
  /** The counts that its workload kept, in the order it told them. */
  readonly made: readonly number[];
  readonly node: NodeAnswer;
  /** Entries of a map; none where it has no such map. */
  readonly map: (name: string) => readonly ResultEntry[];
  readonly printed: readonly string[];
}
