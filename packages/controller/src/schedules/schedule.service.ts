import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { parseSelector } from '../fleet/selector.ts';
import type { TimeCursor } from '../paging/cursor.ts';
import { Problem } from '../problem/problem.ts';
import { problemWithin } from '../problem/problem-within.ts';
import { isUuid } from '../sessions/session.service.ts';
import { checkProgram, programDigest } from '../sessions/session-program.ts';
import type { SessionRequest } from '../sessions/session-request.ts';
import type { MissedPolicy } from './decide-due.ts';
import type { OverlapPolicy } from './decide-overlap.ts';
import type { Firing } from './firing.ts';
import type { ScheduleRow } from './schedule.entity.ts';
import { ScheduleRepository } from './schedule.repository.ts';
import { nextDue, type Timing } from './timing.ts';

export interface NewSchedule {
  readonly name: string;
  /** Made with the instant of creation, milliseconds since the epoch. Throws Problem. */
  readonly timing: (now: number) => Timing;
  readonly overlap: OverlapPolicy;
  readonly missed: MissedPolicy;
  readonly request: SessionRequest;
  readonly tokenId: string;
}

/** A schedule and how it fired last. */
export interface ScheduleStatus {
  readonly schedule: ScheduleRow;
  readonly last: Firing | null;
}

@Injectable()
export class ScheduleService {
  constructor(@Inject(ScheduleRepository) private readonly schedules: ScheduleRepository) {}

  /**
   * Checks what can be told without a node, and keeps it. Throws Problem `invalid_schedule`, `invalid_program`,
   * `invalid_selector`. Nodes are chosen anew at each firing, so none need match now.
   */
  async create({ name, overlap, missed, request, ...given }: NewSchedule): Promise<ScheduleStatus> {
    const { program, ...rest } = request;
    problemWithin('/session', () => {
      checkProgram(program);
      parseSelector(request.selector);
      if (request.course.startAt !== null) {
        throw new Problem('invalid_request', 'When it starts is for the schedule to say.', { pointer: '/startAt' });
      }
    });
    const createdAt = await this.schedules.now();
    const timing = given.timing(createdAt.getTime());
    const first = nextDue(timing, createdAt.getTime());
    if (first === null) {
      throw new Problem('invalid_schedule', 'The schedule would never be due.', {
        pointer: '/when',
        hint: 'Give a time to come, or days that there are.',
      });
    }
    const schedule: ScheduleRow = {
      id: randomUUID(),
      name,
      timing,
      overlap,
      missed,
      programSource: program.kind === 'script' ? program.source : null,
      programObject: program.kind === 'object' ? Buffer.from(program.object) : null,
      programDigest: programDigest(program),
      request: { ...rest, kind: program.kind, ...(program.kind === 'script' && { arguments: program.arguments }) },
      tokenId: given.tokenId,
      createdAt,
      pausedAt: null,
      nextDue: new Date(first),
    };
    await this.schedules.insert(schedule);
    return { schedule, last: null };
  }

  /** Throws `not_found`. */
  async get(id: string): Promise<ScheduleStatus> {
    const schedule = isUuid(id) ? await this.schedules.find(id) : null;
    if (schedule === null) {
      throw notFound(id);
    }
    const [last] = await this.schedules.lastFirings([id]);
    return { schedule, last: last ?? null };
  }

  /** Newest first. */
  async page(limit: number, before: TimeCursor | undefined): Promise<ScheduleStatus[]> {
    const schedules = await this.schedules.page(limit, before);
    const firings = await this.schedules.lastFirings(schedules.map(({ id }) => id));
    const lasts = new Map(firings.map((firing) => [firing.scheduleId, firing]));
    return schedules.map((schedule) => ({ schedule, last: lasts.get(schedule.id) ?? null }));
  }

  /** The latest first. Throws `not_found`. */
  async firings(id: string, limit: number, before: Date | null): Promise<Firing[]> {
    await this.get(id);
    return this.schedules.firings(id, limit, before);
  }

  /** Throws `not_found`. */
  async pause(id: string): Promise<ScheduleStatus> {
    await this.get(id);
    await this.schedules.pause(id, await this.schedules.now());
    return this.get(id);
  }

  /** Throws `not_found`. */
  async resume(id: string): Promise<ScheduleStatus> {
    const { schedule } = await this.get(id);
    const now = await this.schedules.now();
    const next = nextDue(schedule.timing, now.getTime());
    await this.schedules.resume(id, next === null ? null : new Date(next));
    return this.get(id);
  }

  /** Sessions that it made stay, and those that run go on. Throws `not_found`. */
  async remove(id: string): Promise<void> {
    if (!(isUuid(id) && (await this.schedules.remove(id)))) {
      throw notFound(id);
    }
  }
}

function notFound(id: string): Problem {
  return new Problem('not_found', `There is no schedule ${JSON.stringify(id.slice(0, 64))}.`);
}
