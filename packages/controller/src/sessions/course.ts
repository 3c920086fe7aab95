import { Problem } from '../problem/problem.ts';
import type { Rollout } from './rollout/rollout.ts';
import { maxStartAheadMs } from './session-bounds.ts';
import { nodeAmount } from './targeting/node-amount.ts';
import type { Sampling } from './targeting/sample.ts';

const maxSeed = 64;

/** Which of the chosen nodes run a session, and in what order. */
export interface Course {
  /** Null: all take part. */
  readonly sampling: Sampling | null;
  /** Nodes that come while it runs take part in what is left of it. */
  readonly late: boolean;
  /** Null: all at once. */
  readonly rollout: Rollout | null;
  /** When all attach, milliseconds since the epoch; null: each as soon as it can. */
  readonly startAt: number | null;
}

/** All chosen nodes, all at once, now. */
export const plainCourse: Course = { sampling: null, late: false, rollout: null, startAt: null };

export interface GivenCourse {
  readonly sample?: string | undefined;
  readonly maxNodes?: number | undefined;
  readonly seed?: string | undefined;
  readonly late?: boolean | undefined;
  readonly startAt?: number | undefined;
  readonly rollout?: { readonly canary: string; readonly soakMs: number; readonly maxFailures: number } | undefined;
}

/** Reads what a request says of it. Throws Problem `invalid_request` that points into the request. */
export function readCourse(given: GivenCourse, now = Date.now()): Course {
  const { sample, maxNodes, seed, late = false, startAt, rollout } = given;
  const sampled = sample !== undefined || maxNodes !== undefined;
  if (seed !== undefined && !sampled)
    throw contradiction('/seed', 'A seed is of a sample: give `sample` or `maxNodes`.');
  if (seed !== undefined && seed.length > maxSeed) {
    throw contradiction('/seed', `A seed has up to ${maxSeed} characters.`);
  }
  if (late && sampled) throw contradiction('/late', 'A sample is drawn once: nodes that come late are none of it.');
  if (startAt !== undefined && rollout !== undefined) {
    throw contradiction('/startAt', 'Nodes that are told in waves cannot start at one instant.');
  }
  if (startAt !== undefined && !(startAt > now && startAt <= now + maxStartAheadMs)) {
    throw contradiction('/startAt', 'The start is not within the next hour; for later ones make a schedule.');
  }
  return {
    sampling: sampled
      ? {
          amount: sample === undefined ? null : nodeAmount(sample, '/sample'),
          maxNodes: maxNodes ?? null,
          seed: seed ?? null,
        }
      : null,
    late,
    rollout: rollout === undefined ? null : { ...rollout, canary: nodeAmount(rollout.canary, '/rollout/canary') },
    startAt: startAt ?? null,
  };
}

function contradiction(pointer: string, detail: string): Problem {
  return new Problem('invalid_request', detail, { pointer });
}
