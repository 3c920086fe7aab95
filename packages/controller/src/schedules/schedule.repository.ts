import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { TimeCursor } from '../paging/cursor.ts';
import type { Firing } from './firing.ts';
import { ScheduleRow } from './schedule.entity.ts';

@Injectable()
export class ScheduleRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** The database's clock: one for all controllers, whatever theirs say. */
  async now(): Promise<Date> {
    const [row]: { now: Date }[] = await this.database.query('select clock_timestamp() as now');
    return row?.now ?? new Date();
  }

  async insert(transaction: EntityManager, schedule: ScheduleRow): Promise<void> {
    await transaction.getRepository(ScheduleRow).insert(schedule);
  }

  findByKey(tokenId: string, idempotencyKey: string): Promise<ScheduleRow | null> {
    return this.database.getRepository(ScheduleRow).findOneBy({ tokenId, idempotencyKey });
  }

  find(id: string): Promise<ScheduleRow | null> {
    return this.database.getRepository(ScheduleRow).findOneBy({ id });
  }

  findWithProgram(id: string): Promise<ScheduleRow | null> {
    return this.database
      .getRepository(ScheduleRow)
      .createQueryBuilder('schedule')
      .addSelect(['schedule.programSource', 'schedule.programObject'])
      .where({ id })
      .getOne();
  }

  /** Newest first; those of one token where one is named. */
  page(limit: number, before: TimeCursor | undefined, tokenId: string | null): Promise<ScheduleRow[]> {
    const query = this.database.getRepository(ScheduleRow).createQueryBuilder('schedule');
    if (tokenId !== null) {
      query.where('schedule.token_id = :tokenId', { tokenId });
    }
    if (before !== undefined) {
      query.andWhere('(schedule.created_at, schedule.id) < (:at, :id)', before);
    }
    return query.orderBy('schedule.created_at', 'DESC').addOrderBy('schedule.id', 'DESC').limit(limit).getMany();
  }

  /** Nothing fires from now on, and what waits does not start. No error where it is paused already. */
  async pause(transaction: EntityManager, id: string, at: Date): Promise<void> {
    await transaction.query('update schedule set paused_at = coalesce(paused_at, $2) where id = $1', [id, at]);
    await transaction.query(
      `update schedule_firing set state = 'skipped', reason = 'the schedule was paused'
       where schedule_id = $1 and state = 'waiting'`,
      [id],
    );
  }

  /** What was due in between is not made up for. No effect where it is not paused. */
  async resume(transaction: EntityManager, id: string, nextDue: Date | null): Promise<void> {
    await transaction.query(
      'update schedule set paused_at = null, next_due = $2 where id = $1 and paused_at is not null',
      [id, nextDue],
    );
  }

  /** False where there is none. Its sessions stay. */
  async remove(transaction: EntityManager, id: string): Promise<boolean> {
    const { affected } = await transaction.getRepository(ScheduleRow).delete({ id });
    return (affected ?? 0) > 0;
  }

  /** The latest first, before an instant. */
  firings(scheduleId: string, limit: number, before: Date | null): Promise<Firing[]> {
    return this.database.query(
      `select schedule_id as "scheduleId", due, state, session_id as "sessionId", reason from schedule_firing
       where schedule_id = $1 and ($2::timestamptz is null or due < $2) order by due desc limit $3`,
      [scheduleId, before, limit],
    );
  }

  /** The latest of each schedule that has any. */
  lastFirings(scheduleIds: readonly string[]): Promise<Firing[]> {
    return this.database.query(
      `select distinct on (schedule_id) schedule_id as "scheduleId", due, state, session_id as "sessionId", reason
       from schedule_firing where schedule_id = any($1::uuid[]) order by schedule_id, due desc`,
      [scheduleIds],
    );
  }
}
