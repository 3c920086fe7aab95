import { type CreateScheduleRequest, ScheduleService as ScheduleRpc } from '@bpfleet/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { ControlMethods, ControlPart } from '../control/control-part.ts';
import { decodeTimeCursor } from '../paging/cursor.ts';
import { pageOf } from '../paging/page-of.ts';
import { pageSize } from '../paging/page-query.ts';
import { Problem } from '../problem/problem.ts';
import { problemWithin } from '../problem/problem-within.ts';
import { idempotencyKey } from '../rest/idempotency-key.ts';
import { SessionService } from '../sessions/session.service.ts';
import { sessionMessagePage } from '../sessions/session-message-page.ts';
import { sessionRequestOf } from '../sessions/session-request-message.ts';
import { ToolCatalog } from '../tools/tool-catalog.ts';
import { missedPolicies } from './decide-due.ts';
import { overlapPolicies } from './decide-overlap.ts';
import { readWhen } from './read-when.ts';
import { type NewSchedule, ScheduleService } from './schedule.service.ts';
import { firingCursor, scheduleCursor } from './schedule-cursor.ts';
import { firingMessage, scheduleMessage, whenOf } from './schedule-message.ts';

/** `control.v1.ScheduleService`: the same as REST says. */
@Injectable()
export class ScheduleGrpc implements ControlPart<typeof ScheduleRpc> {
  readonly service = ScheduleRpc;
  readonly methods: ControlMethods<typeof ScheduleRpc> = {
    createSchedule: async (request, caller) => ({
      schedule: scheduleMessage(await this.schedules.create({ ...newSchedule(request, this.tools), caller })),
    }),
    getSchedule: async ({ id }) => ({ schedule: scheduleMessage(await this.schedules.get(id)) }),
    listSchedules: async (request, caller) => {
      const limit = pageSize(request);
      const found = await this.schedules.page(caller, limit + 1, decodeTimeCursor(request.pageToken));
      const { items, nextCursor } = pageOf(found, limit, scheduleCursor);
      return { schedules: items.map(scheduleMessage), nextPageToken: nextCursor ?? '' };
    },
    changeSchedule: async ({ id, paused }, caller) => ({
      schedule: scheduleMessage(await this.schedules.change(id, paused, caller)),
    }),
    deleteSchedule: async ({ id }, caller) => {
      await this.schedules.remove(id, caller);
      return {};
    },
    listScheduleSessions: async (request, caller) => {
      const { schedule } = await this.schedules.get(request.id);
      return sessionMessagePage(this.sessions, caller, request, schedule.id);
    },
    listFirings: async (request) => {
      const limit = pageSize(request);
      const before = decodeTimeCursor(request.pageToken)?.at ?? null;
      const found = await this.schedules.firings(request.id, limit + 1, before);
      const { items, nextCursor } = pageOf(found, limit, firingCursor);
      return { firings: items.map(firingMessage), nextPageToken: nextCursor ?? '' };
    },
  };

  constructor(
    @Inject(ScheduleService) private readonly schedules: ScheduleService,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(ToolCatalog) private readonly tools: ToolCatalog,
  ) {}
}

function newSchedule({ name, when, overlap, missed, session, requestId }: CreateScheduleRequest, tools: ToolCatalog) {
  if (session === undefined) {
    throw new Problem('invalid_request', 'The request does not say what to run.', { pointer: '/session' });
  }
  const asked = whenOf(when);
  return {
    name: name.slice(0, 253),
    timing: (now: number) => readWhen(asked, now),
    overlap: policy('/overlap', overlap, overlapPolicies),
    missed: policy('/missed', missed, missedPolicies),
    request: problemWithin('/session', () => sessionRequestOf(session, tools)),
    idempotencyKey: idempotencyKey(requestId || undefined),
  } satisfies Omit<NewSchedule, 'caller'>;
}

function policy<P extends string>(pointer: string, given: string, policies: readonly P[]): P {
  const found = policies.find((each) => each === (given || 'skip'));
  if (found === undefined) {
    const message = `${JSON.stringify(given.slice(0, 64))} is none of ${policies.join(', ')}.`;
    throw new Problem('invalid_request', message, { pointer });
  }
  return found;
}
