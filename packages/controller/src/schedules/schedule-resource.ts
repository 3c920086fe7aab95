import { formatDuration } from '@bpfleet/runtime';
import type { Firing } from './firing.ts';
import type { FiringBody, ScheduleBody, WhenBody } from './schedule.body.ts';
import type { ScheduleStatus } from './schedule.service.ts';
import type { Timing } from './timing.ts';

/** A schedule as REST shows it. */
export function scheduleResource({ schedule, last }: ScheduleStatus): ScheduleBody {
  const { request } = schedule;
  const next = schedule.pausedAt === null ? schedule.nextDue : null;
  return {
    id: schedule.id,
    name: schedule.name,
    state: schedule.pausedAt === null ? (next === null ? 'done' : 'active') : 'paused',
    when: when(schedule.timing),
    overlap: schedule.overlap,
    missed: schedule.missed,
    program: { kind: request.kind, digest: schedule.programDigest },
    nodes: request.selector,
    for: formatDuration(request.durationMs),
    every: formatDuration(request.intervalMs),
    createdAt: schedule.createdAt.toISOString(),
    nextDue: next?.toISOString() ?? null,
    lastFiring: last === null ? null : firingResource(last),
  };
}

export function firingResource({ due, state, sessionId, reason }: Firing): FiringBody {
  return { due: due.toISOString(), state, sessionId, reason };
}

function when(timing: Timing): WhenBody {
  switch (timing.kind) {
    case 'at':
      return { kind: 'at', at: new Date(timing.at).toISOString() };
    case 'every':
      return { kind: 'every', every: formatDuration(timing.everyMs) };
    case 'cron':
      return timing;
  }
}
