import {
  type Assignment,
  AssignmentSchema,
  create,
  durationFromMs,
  TraceTimingSchema,
  timestampFromMs,
} from '@bpfleet/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { BatchQueue } from '../database/batch-queue.ts';
import type { SessionRow } from '../sessions/session.entity.ts';
import { SessionRepository } from '../sessions/session.repository.ts';
import { programMessage, programOf } from '../sessions/session-program.ts';

/** Nodes of one look. */
const maxWeight = 5_000;

/** What a node is to run now. Always read from the database: an empty answer ends what runs there. */
@Injectable()
export class DesiredStates {
  private readonly lookups = new BatchQueue<string, Assignment[]>({ maxWeight }, (nodeIds) => this.find(nodeIds));

  constructor(@Inject(SessionRepository) private readonly sessions: SessionRepository) {}

  of(nodeId: string): Promise<Assignment[]> {
    return this.lookups.submit(nodeId);
  }

  private async find(nodeIds: readonly string[]): Promise<Assignment[][]> {
    const targets = await this.sessions.assignments(nodeIds, new Date());
    const ids = [...new Set(targets.map(({ sessionId }) => sessionId))];
    const rows = ids.length === 0 ? [] : await this.sessions.withPrograms(ids);
    const made = new Map(rows.map((session) => [session.id, assignment(session)]));
    const byNode = new Map<string, Assignment[]>();
    for (const { nodeId, sessionId, durationMs } of targets) {
      const each = made.get(sessionId);
      if (each !== undefined) {
        const own = durationMs === null ? each : lasting(each, durationMs);
        byNode.set(nodeId, [...(byNode.get(nodeId) ?? []), own]);
      }
    }
    return nodeIds.map((nodeId) => byNode.get(nodeId) ?? []);
  }
}

/** The same for a node that has less time. */
function lasting(assigned: Assignment, durationMs: number): Assignment {
  const timing = create(TraceTimingSchema, { ...assigned.timing, duration: durationFromMs(durationMs) });
  return { ...assigned, timing };
}

function assignment(session: SessionRow): Assignment {
  return create(AssignmentSchema, {
    sessionId: session.id,
    program: programMessage(programOf(session)),
    timing: { interval: durationFromMs(session.intervalMs), duration: durationFromMs(session.durationMs) },
    limits: {
      mapBytes: BigInt(session.mapBytes),
      probes: session.probes,
      overhead: session.overhead,
      eventsPerSecond: session.eventsPerSecond,
    },
    deadline: timestampFromMs(session.deadline.getTime()),
    ...(session.startAt === null ? {} : { startAt: timestampFromMs(session.startAt.getTime()) }),
  });
}
