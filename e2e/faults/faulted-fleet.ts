import type { FaultPlan } from './fault-plan.ts';

/** The nodes of a fleet, simulated or real, while things go wrong. Numbers choose among them: some, or all, of them are meant. */
export interface FaultedFleet {
  /** Resolves once every node is there and connected. */
  whole(): Promise<void>;
  /** Begins to measure as a plan says, on every node. */
  measure(plan: FaultPlan): Promise<Measurement>;
  /** kill -9 of agents, which come again after so long. */
  killSome(target: number, lastsMs: number): Promise<void>;
  /** Agents are asked to end, as for an update, and come again after so long. */
  stopSome(target: number, lastsMs: number): Promise<void>;
  /** What agents have not delivered finds no room for so long. */
  fillSpools(lastsMs: number): Promise<void>;
  /** Agents send what they have sent before. */
  replay(target: number, lastsMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface Measurement {
  /** Resolves once it has ended and all is delivered. Throws Error where that does not come. */
  compare(): Promise<Comparison>;
}

/** What is stored, held against what was made. */
export interface Comparison {
  readonly records: number;
  /** Records that the answer says were lost. */
  readonly lost: number;
  /** Nothing where all is as it should be. */
  readonly wrong: readonly string[];
}

/** How long anything may take to come right again. */
export const patienceMs = 90_000;
