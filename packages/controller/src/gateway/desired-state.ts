import { type Assignment, AssignmentSchema, create, durationFromMs, timestampFromMs } from '@bpfleet/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { SessionRow } from '../sessions/session.entity.ts';
import { SessionRepository } from '../sessions/session.repository.ts';
import { programMessage, programOf } from '../sessions/session-program.ts';

/** What a node is to run now. Always read from the database: an empty answer ends what runs there. */
@Injectable()
export class DesiredStates {
  constructor(@Inject(SessionRepository) private readonly sessions: SessionRepository) {}

  async of(nodeId: string): Promise<Assignment[]> {
    return (await this.sessions.assignments(nodeId, new Date())).map(assignment);
  }
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
