import {
  type Assignment as AssignmentMessage,
  Manifest_Outcome,
  type ObservedAssignment,
  ObservedAssignment_State,
  ObservedAssignmentSchema,
  type ObservedState,
  ObservedStateSchema,
} from '@bpfleet/contracts';
import { create } from '@bufbuild/protobuf';
import { readAssignment } from '../session/assignment.ts';
import { encodeManifest, manifestOf, manifestToSend } from '../session/manifest.ts';
import { manifestOfKilled } from '../session/recover.ts';
import { SessionRun, type SessionSurroundings } from '../session/session-run.ts';
import type { RunState } from '../spool/spool-state.ts';
import { type Action, type Desired, type ObservedSession, plan } from './plan.ts';

const maxSessions = 32;

/** The controller's sessions on this node: carries out plans, and says what is here. */
export class Sessions {
  readonly #with: SessionSurroundings;
  readonly #epoch: bigint;
  readonly #active = new Map<string, SessionRun>();
  readonly #delivered = new Set<string>();

  constructor(epoch: bigint, surroundings: SessionSurroundings) {
    this.#epoch = epoch;
    this.#with = surroundings;
  }

  /** Those of earlier processes get their manifests: nothing is attached again. Returns how many were cut short. */
  async recover(): Promise<number> {
    let killed = 0;
    for (const run of [...this.#with.spool.runs()]) {
      const manifest = manifestOfKilled(run, this.#epoch);
      if (!manifest) continue;
      await this.#with.spool.finish(run, manifest);
      killed += 1;
    }
    return killed;
  }

  /** Takes a desired state that is not stale. */
  async reconcile(messages: readonly AssignmentMessage[]): Promise<void> {
    for (const action of plan(readDesired(messages), this.#observedSessions(), this.#with.clock.now(), {
      maxSessions,
    })) {
      await this.#execute(action);
    }
  }

  active(): Iterable<SessionRun> {
    return this.#active.values();
  }

  /** The manifest of this session was acknowledged. */
  delivered(sessionId: string): void {
    if (!this.#active.has(sessionId)) this.#delivered.add(sessionId);
    this.#with.onChange();
  }

  observed(): ObservedState {
    const active = [...this.#active.values()].map((run) => run.observed());
    const spooled = [...this.#with.spool.runs()].filter((run) => !this.#active.has(run.session)).map(observedOf);
    return create(ObservedStateSchema, { assignments: [...active, ...spooled] });
  }

  /** Ends all of them cleanly. */
  async close(): Promise<void> {
    const runs = [...this.#active.values()];
    for (const run of runs) run.stop('stopped');
    await Promise.all(runs.map((run) => run.done));
  }

  #observedSessions(): ObservedSession[] {
    const active = [...this.#active.values()];
    const spooled = new Set([...this.#with.spool.runs()].map((run) => run.session));
    for (const run of active) spooled.delete(run.id.session);
    return [
      ...active.map((run): ObservedSession => ({ kind: 'active', sessionId: run.id.session, stopping: run.stopping })),
      ...[...spooled].map((sessionId): ObservedSession => ({ kind: 'draining', sessionId })),
      ...[...this.#delivered]
        .filter((sessionId) => !spooled.has(sessionId))
        .map((sessionId): ObservedSession => ({ kind: 'delivered', sessionId })),
    ];
  }

  async #execute(action: Action): Promise<void> {
    switch (action.kind) {
      case 'start': {
        const id = { session: action.assignment.sessionId, epoch: this.#epoch };
        const run = new SessionRun(id, action.assignment, this.#with);
        this.#active.set(id.session, run);
        void run.done.then(() => {
          this.#active.delete(id.session);
          this.#with.onChange();
          this.#with.onSpooled();
        });
        return;
      }
      case 'reject': {
        const end = { outcome: Manifest_Outcome.FAILED, reason: action.reason, startedAt: null, endedAt: null };
        const lost = { kernel: 0n, sampledOut: 0n, truncated: 0n, mapFull: 0n };
        const run = { session: action.sessionId, epoch: this.#epoch, last: 0n, total: 0n, evicted: 0n, lost };
        const manifest = manifestOf(run, { ...end, overhead: null, diagnostics: [], maps: [], variant: '' });
        await this.#with.spool.finish(run, encodeManifest(manifest));
        this.#with.onSpooled();
        return;
      }
      case 'stop':
        this.#active.get(action.sessionId)?.stop('cancelled');
        return;
      case 'forget':
        this.#delivered.delete(action.sessionId);
        return;
      case 'report':
        this.#with.onChange();
        return;
    }
  }
}

function readDesired(messages: readonly AssignmentMessage[]): Desired {
  const assignments: Desired['assignments'][number][] = [];
  const unusable: Desired['unusable'][number][] = [];
  for (const message of messages) {
    const read = readAssignment(message);
    if (typeof read !== 'string') assignments.push(read);
    else if (/^[A-Za-z0-9_-]{1,64}$/.test(message.sessionId))
      unusable.push({ sessionId: message.sessionId, reason: read });
  }
  return { assignments, unusable };
}

function observedOf(run: Readonly<RunState>): ObservedAssignment {
  const manifest = manifestToSend(run);
  const failed = manifest?.outcome === Manifest_Outcome.FAILED;
  return create(ObservedAssignmentSchema, {
    sessionId: run.session,
    state: failed ? ObservedAssignment_State.FAILED : ObservedAssignment_State.DRAINING,
    ...(manifest?.startedAt ? { attachedAt: manifest.startedAt } : {}),
    reason: manifest?.reason ?? '',
    diagnostics: manifest?.diagnostics ?? [],
    maps: manifest?.maps ?? [],
    variant: manifest?.variant ?? '',
  });
}
