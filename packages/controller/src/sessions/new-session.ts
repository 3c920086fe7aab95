import { createHash, randomUUID } from 'node:crypto';
import type { Caller } from '../access/caller.ts';
import type { NodeStatus } from '../fleet/node.repository.ts';
import type { ProblemDiagnostic } from '../problem/problem.ts';
import type { PlannedTarget } from './plan-targets.ts';
import { exclusiveResources } from './queue/exclusive-resources.ts';
import { planWaves } from './rollout/plan-waves.ts';
import { attachMs } from './rollout/rollout.ts';
import type { SessionRow } from './session.entity.ts';
import { newSessionId } from './session-id.ts';
import type { SessionNodeRow } from './session-node.entity.ts';
import { programDigest } from './session-program.ts';
import type { SessionRequest } from './session-request.ts';
import { countOf } from './targeting/node-amount.ts';
import type { Sample } from './targeting/sample.ts';
import { seededOrder } from './targeting/seeded-order.ts';

const maxProbes = 100_000;
/** The wave of nodes that take no part: they are offline, or cannot run it. */
const neverTold = -1;

/** The firing of a schedule. */
export interface ScheduledFor {
  readonly scheduleId: string;
  readonly due: Date;
}

export interface NewSession extends SessionRequest {
  /** In whose name it runs, and within whose bounds. */
  readonly caller: Caller;
  /** The caller's own name for this request: repeating both gives the first session. */
  readonly idempotencyKey: string | null;
  /** Null where somebody asked for it. */
  readonly scheduledFor: ScheduledFor | null;
}

/** A node that the session is for, and what is to become of it. */
export interface ChosenNode {
  readonly node: NodeStatus;
  readonly target: PlannedTarget;
}

/** The rows of a session that is made at `now` and waits for its turn, and of its nodes. */
export function newSessionRows(
  request: NewSession,
  chosen: readonly ChosenNode[],
  facts: { readonly warnings: ProblemDiagnostic[]; readonly sample: Sample | null; readonly now: Date },
): { session: SessionRow; nodes: SessionNodeRow[] } {
  const { sample, warnings, now } = facts;
  const waves = wavesOf(request, chosen);
  const session = { ...newRow(request, now), warnings, sample, waves: Math.max(0, ...waves.values()) + 1 };
  const nodes = chosen.map(({ node, target }) =>
    newNodeRow(session, node, target, waves.get(node.id) ?? (waves.size > 0 ? neverTold : 0)),
  );
  return { session, nodes };
}

/** By node: those that can run it are told in an order of chance, or the same nodes would always be the canaries. */
function wavesOf({ course }: NewSession, chosen: readonly ChosenNode[]): Map<string, number> {
  if (course.rollout === null) return new Map();
  const able = chosen.filter(({ target }) => target.state === 'pending').map(({ node }) => node);
  const waves = planWaves(able.length, countOf(course.rollout.canary, able.length));
  return new Map(seededOrder(able, randomUUID()).map(({ id }, index) => [id, waves[index] ?? 0]));
}

function newRow(request: NewSession, now: Date): Omit<SessionRow, 'warnings' | 'sample' | 'waves'> {
  const { program, course } = request;
  const begin = course.startAt ?? now.getTime();
  return {
    id: newSessionId(now),
    state: 'pending',
    programSource: program.kind === 'script' ? program.source : null,
    programArguments: program.kind === 'script' ? [...program.arguments] : [],
    programVariants: program.kind === 'script' && program.variants ? [...program.variants] : null,
    tool: (program.kind === 'script' && program.tool) || null,
    programObject: program.kind === 'object' ? Buffer.from(program.object) : null,
    programDigest: programDigest(program),
    selector: request.selector,
    intervalMs: request.intervalMs,
    durationMs: request.durationMs,
    mapBytes: request.mapBytes,
    probes: Math.min(request.probes, maxProbes),
    overhead: request.overhead,
    eventsPerSecond: request.eventsPerSecond,
    createdAt: now,
    startedAt: null,
    endedAt: null,
    deadline: new Date(begin + attachMs + request.durationMs),
    cancelledAt: null,
    late: course.late,
    rollout: course.rollout,
    priority: request.priority,
    exclusive: exclusiveResources(program),
    wave: -1,
    toldAt: null,
    halted: null,
    startAt: course.startAt === null ? null : new Date(course.startAt),
    tokenId: request.caller.tokenId,
    idempotencyKey: request.idempotencyKey,
    requestDigest: requestDigest(request),
    scheduleId: request.scheduledFor?.scheduleId ?? null,
    scheduledFor: request.scheduledFor?.due ?? null,
  };
}

/** A node's part in a session, as it begins. */
export function newNodeRow(session: SessionRow, node: NodeStatus, target: PlannedTarget, wave: number): SessionNodeRow {
  return {
    sessionId: session.id,
    nodeId: node.id,
    name: node.name,
    arch: node.arch,
    kernel: node.kernel,
    labels: node.labels,
    state: target.state,
    reason: target.reason,
    diagnostics: target.diagnostics,
    maps: null,
    attachedAt: null,
    attachUs: null,
    variant: null,
    wave,
    durationMs: null,
    joinedAfterMs: null,
    connectionLostAt: null,
    endedAt: target.state === 'pending' ? null : session.createdAt,
  };
}

/** Equal for equal requests, whoever makes them: tells a repeated request from another with the same key. */
export function requestDigest(request: NewSession): string {
  const { program, caller: _, idempotencyKey: __, scheduledFor, ...rest } = request;
  // A key that somebody else used for a session of their own is not that of a firing.
  const origin = scheduledFor === null ? [] : [scheduledFor];
  return sha256(JSON.stringify([programDigest(program), sorted(rest), ...origin]));
}

/** Members by name, so that the order in which they were written does not matter. */
function sorted(value: object): unknown {
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, typeof member === 'object' && member !== null ? sorted(member) : member]),
  );
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
