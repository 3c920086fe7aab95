import { createHash, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { auditOf } from '../access/audit-of.ts';
import type { Caller } from '../access/caller.ts';
import { boundRequest } from '../access/token-bounds.ts';
import { AuditLog } from '../audit/audit-log.ts';
import { isUniqueViolation } from '../database/unique-violation.ts';
import { isUuid } from '../database/uuid.ts';
import { parseSelector } from '../fleet/selector.ts';
import type { TimeCursor } from '../paging/cursor.ts';
import { notFound } from '../problem/not-found.ts';
import { Problem } from '../problem/problem.ts';
import { problemWithin } from '../problem/problem-within.ts';
import { boundedProgram, checkProgram, programDigest, type SessionProgram } from '../sessions/session-program.ts';
import type { SessionRequest } from '../sessions/session-request.ts';
import type { MissedPolicy } from './decide-due.ts';
import type { OverlapPolicy } from './decide-overlap.ts';
import type { Firing } from './firing.ts';
import type { ScheduleRow } from './schedule.entity.ts';
import { ScheduleRepository } from './schedule.repository.ts';
import { nextDue, type Timing } from './timing.ts';

export interface NewSchedule {
  readonly name: string;
  /** Made with the instant of creation, milliseconds since the epoch; with 0 it says what was asked for. Throws Problem. */
  readonly timing: (now: number) => Timing;
  readonly overlap: OverlapPolicy;
  readonly missed: MissedPolicy;
  readonly request: SessionRequest;
  /** In whose name its sessions will run. */
  readonly caller: Caller;
  /** The caller's own name for this request: repeating both gives the first schedule. */
  readonly idempotencyKey: string | null;
}

/** A schedule and how it fired last. */
export interface ScheduleStatus {
  readonly schedule: ScheduleRow;
  readonly last: Firing | null;
}

@Injectable()
export class ScheduleService {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ScheduleRepository) private readonly schedules: ScheduleRepository,
    @Inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  /**
   * Checks what can be told without a node, and keeps it. Throws Problem `invalid_schedule`, `invalid_program`,
   * `invalid_selector`, `idempotency_conflict`, `forbidden`. Nodes are chosen anew at each firing, so none need match now, and
   * that the token may use them is told then.
   */
  async create(given: NewSchedule): Promise<ScheduleStatus> {
    const { name, overlap, missed, request, caller, idempotencyKey } = given;
    const { program, ...rest } = request;
    const repeated = await this.repeated(given);
    if (repeated !== undefined) {
      return repeated;
    }
    const { durationMs, overhead } = request;
    problemWithin('/session', () => {
      boundRequest(caller.bounds, { ...boundedProgram(program), durationMs, overhead });
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
      request: { ...rest, ...storedOf(program) },
      tokenId: caller.tokenId,
      idempotencyKey,
      requestDigest: requestDigest(given),
      createdAt,
      pausedAt: null,
      nextDue: new Date(first),
    };
    try {
      await this.database.transaction(async (transaction) => {
        await this.schedules.insert(transaction, schedule);
        const detail = { name, timing, program: schedule.programDigest, nodes: request.selector, durationMs };
        await this.audit.append(transaction, auditOf(caller, 'createSchedule', schedule.id, detail));
      });
    } catch (error) {
      const first = isUniqueViolation(error) ? await this.repeated(given) : undefined;
      if (first === undefined) {
        throw error;
      }
      return first;
    }
    return { schedule, last: null };
  }

  /** Throws `not_found`. */
  async get(id: string): Promise<ScheduleStatus> {
    const schedule = isUuid(id) ? await this.schedules.find(id) : null;
    if (schedule === null) {
      throw notFound('schedule', id);
    }
    const [last] = await this.schedules.lastFirings([id]);
    return { schedule, last: last ?? null };
  }

  /** Newest first; of a token that is bounded to some nodes, those that it made itself. */
  async page(caller: Caller, limit: number, before: TimeCursor | undefined): Promise<ScheduleStatus[]> {
    const schedules = await this.schedules.page(limit, before, caller.bounds.nodes === null ? null : caller.tokenId);
    const firings = await this.schedules.lastFirings(schedules.map(({ id }) => id));
    const lasts = new Map(firings.map((firing) => [firing.scheduleId, firing]));
    return schedules.map((schedule) => ({ schedule, last: lasts.get(schedule.id) ?? null }));
  }

  /** The latest first. Throws `not_found`. */
  async firings(id: string, limit: number, before: Date | null): Promise<Firing[]> {
    await this.get(id);
    return this.schedules.firings(id, limit, before);
  }

  /** No error where it is so already. Throws `not_found`. */
  async change(id: string, paused: boolean, caller: Caller): Promise<ScheduleStatus> {
    const { schedule } = await this.get(id);
    const now = await this.schedules.now();
    const next = nextDue(schedule.timing, now.getTime());
    await this.database.transaction(async (transaction) => {
      await (paused
        ? this.schedules.pause(transaction, id, now)
        : this.schedules.resume(transaction, id, next === null ? null : new Date(next)));
      await this.audit.append(transaction, auditOf(caller, 'changeSchedule', id, { paused }));
    });
    return this.get(id);
  }

  /** Sessions that it made stay, and those that run go on. Throws `not_found`. */
  async remove(id: string, caller: Caller): Promise<void> {
    await this.get(id);
    await this.database.transaction(async (transaction) => {
      if (!(await this.schedules.remove(transaction, id))) {
        throw notFound('schedule', id);
      }
      await this.audit.append(transaction, auditOf(caller, 'deleteSchedule', id));
    });
  }

  private async repeated(given: NewSchedule): Promise<ScheduleStatus | undefined> {
    const { caller, idempotencyKey } = given;
    const first = idempotencyKey === null ? null : await this.schedules.findByKey(caller.tokenId, idempotencyKey);
    if (first !== null && first.requestDigest !== requestDigest(given)) {
      throw new Problem('idempotency_conflict', 'This key was used for another request before.', {
        hint: 'Use a new key for a new request.',
      });
    }
    return first === null ? undefined : this.get(first.id);
  }
}

/** SHA-256 of what was asked for, hexadecimal. */
function requestDigest({ name, timing, overlap, missed, request }: NewSchedule): string {
  const { program, ...rest } = request;
  const asked = [name, timing(0), overlap, missed, programDigest(program), Object.entries(rest).sort()];
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex');
}

/** What is kept of a program beside its bytes. */
function storedOf(program: SessionProgram): Pick<ScheduleRow['request'], 'kind' | 'arguments' | 'variants' | 'tool'> {
  if (program.kind === 'object') return { kind: program.kind };
  const { kind, arguments: words, variants, tool } = program;
  return { kind, arguments: words, ...(variants && { variants }), ...(tool && { tool }) };
}
