import {
  durationFromMs,
  type MessageInitShape,
  requireDurationMs,
  requireTimestampMs,
  type ScheduleSchema,
  timestampFromMs,
  type When,
} from '@bpfleet/contracts';
import { Problem } from '../problem/problem.ts';
import type { Firing } from './firing.ts';
import type { WhenBody } from './schedule.body.ts';
import type { ScheduleStatus } from './schedule.service.ts';
import { scheduleResource } from './schedule-resource.ts';
import type { Timing } from './timing.ts';

/** A schedule as gRPC shows it. */
export function scheduleMessage(status: ScheduleStatus): MessageInitShape<typeof ScheduleSchema> {
  const { schedule, last } = status;
  const { request } = schedule;
  const { state, nextDue } = scheduleResource(status);
  return {
    id: schedule.id,
    name: schedule.name,
    state,
    when: { kind: whenMessage(schedule.timing) },
    overlap: schedule.overlap,
    missed: schedule.missed,
    programDigest: schedule.programDigest,
    selector: request.selector,
    duration: durationFromMs(request.durationMs),
    interval: durationFromMs(request.intervalMs),
    createdAt: timestampFromMs(schedule.createdAt.getTime()),
    ...(nextDue === null ? {} : { nextDue: timestampFromMs(Date.parse(nextDue)) }),
    ...(last === null ? {} : { lastFiring: firingMessage(last) }),
  };
}

export function firingMessage({ due, state, sessionId, reason }: Firing) {
  return { due: timestampFromMs(due.getTime()), state, sessionId: sessionId ?? '', reason: reason ?? '' };
}

/** When, as a body of REST has it. Throws Problem `invalid_request`, ContractError. */
export function whenOf(when: When | undefined): WhenBody {
  const kind = when?.kind;
  switch (kind?.case) {
    case 'at':
      return { kind: 'at', at: new Date(requireTimestampMs('when.at', kind.value)).toISOString() };
    case 'every':
      return { kind: 'every', every: `${requireDurationMs('when.every', kind.value)}ms` };
    case 'cron':
      return { kind: 'cron', cron: kind.value.line, timeZone: kind.value.timeZone || 'UTC' };
    default:
      throw new Problem('invalid_request', 'The request does not say when.', { pointer: '/when' });
  }
}

function whenMessage(timing: Timing) {
  switch (timing.kind) {
    case 'at':
      return { case: 'at', value: timestampFromMs(timing.at) } as const;
    case 'every':
      return { case: 'every', value: durationFromMs(timing.everyMs) } as const;
    case 'cron':
      return { case: 'cron', value: { line: timing.cron, timeZone: timing.timeZone } } as const;
  }
}
