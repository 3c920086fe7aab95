import type { Assignment } from '../session/assignment.ts';

/** A desired state of the controller, as far as it could be read. */
export interface Desired {
  readonly assignments: readonly Assignment[];
  /** Assignments that cannot be run, and why; only those with a usable session identifier. */
  readonly unusable: readonly { readonly sessionId: string; readonly reason: string }[];
}

export type ObservedSession =
  /** Attaching or attached; `stopping` once it was told to end. */
  | { readonly kind: 'active'; readonly sessionId: string; readonly stopping: boolean }
  /** Ended; frames or manifest are still in the spool. */
  | { readonly kind: 'draining'; readonly sessionId: string }
  /** Delivered, and remembered so that a desired state from before that does not start it again. */
  | { readonly kind: 'delivered'; readonly sessionId: string };

export type Action =
  | { readonly kind: 'start'; readonly assignment: Assignment }
  /** Never attached: its manifest says why. */
  | { readonly kind: 'reject'; readonly sessionId: string; readonly reason: string }
  | { readonly kind: 'stop'; readonly sessionId: string }
  | { readonly kind: 'forget'; readonly sessionId: string }
  /** Tell the controller what is here. */
  | { readonly kind: 'report' };

export interface PlanLimits {
  readonly maxSessions: number;
}

/**
 * What to do so that the node runs what is desired. Pure; planning again after the actions gives none but a report.
 * `now`: fleet time, milliseconds.
 */
export function plan(
  desired: Desired,
  observed: readonly ObservedSession[],
  now: number,
  limits: PlanLimits,
): Action[] {
  const known = new Set(observed.map((session) => session.sessionId));
  const wanted = new Set([...desired.assignments, ...desired.unusable].map(({ sessionId }) => sessionId));
  const actions: Action[] = [];

  for (const session of observed) {
    if (wanted.has(session.sessionId)) continue;
    if (session.kind === 'active' && !session.stopping) actions.push({ kind: 'stop', sessionId: session.sessionId });
    if (session.kind === 'delivered') actions.push({ kind: 'forget', sessionId: session.sessionId });
  }

  let active = observed.filter((session) => session.kind === 'active').length;
  for (const assignment of desired.assignments) {
    const { sessionId } = assignment;
    if (known.has(sessionId)) continue;
    known.add(sessionId);
    if (assignment.deadline <= now) actions.push({ kind: 'reject', sessionId, reason: 'deadline passed' });
    else if (active >= limits.maxSessions) {
      actions.push({
        kind: 'reject',
        sessionId,
        reason: `this node already runs ${active} sessions, which is its limit`,
      });
    } else {
      active += 1;
      actions.push({ kind: 'start', assignment });
    }
  }
  for (const { sessionId, reason } of desired.unusable) {
    if (known.has(sessionId)) continue;
    known.add(sessionId);
    actions.push({ kind: 'reject', sessionId, reason });
  }

  // A controller that still wants what has ended here has not heard of the end.
  const behind = observed.some((session) => session.kind !== 'active' && wanted.has(session.sessionId));
  if (actions.length > 0 || behind) actions.push({ kind: 'report' });
  return actions;
}
