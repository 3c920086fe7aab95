import type { NodeAmount } from '../targeting/node-amount.ts';

/** A session that begins on a few nodes, and goes on to the others as long as those fare well. */
export interface Rollout {
  /** The nodes that begin. Each wave after them is ten times as large as the one before. */
  readonly canary: NodeAmount;
  /** How long the nodes of a wave measure before the next begins, milliseconds. */
  readonly soakMs: number;
  /** Fraction of the nodes told so far that may fail; one more, and all detach. */
  readonly maxFailures: number;
}

/** For how long nodes may take to attach, milliseconds: what has not then is a failure. */
export const attachMs = 10_000;
