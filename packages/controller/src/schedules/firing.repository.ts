import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CronLineError } from './cron-line.ts';
import { type DueDecision, decideDue } from './decide-due.ts';
import { type Activity, decideOverlap } from './decide-overlap.ts';
import type { FiringKey, FiringState } from './firing.ts';
import { ScheduleRow } from './schedule.entity.ts';

/** Until when a controller may take to start a session; after that another takes over, milliseconds. */
export const leaseMs = 60_000;

/**
 * Claims on firings. A schedule is decided about under its row's lock, which others skip; an instant has one row, which
 * the first to claim it makes. So of several controllers one starts it.
 */
@Injectable()
export class FiringRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /**
   * Decides about one schedule that is due at `now`. Undefined where there is none that nobody else decides about;
   * otherwise the firing that the caller is to start, or null.
   */
  decideNext(now: Date): Promise<FiringKey | null | undefined> {
    return this.database.transaction(async (transaction) => {
      const schedule = await transaction
        .getRepository(ScheduleRow)
        .createQueryBuilder('schedule')
        .where('schedule.paused_at is null and schedule.next_due <= :now', { now })
        .orderBy('schedule.next_due')
        .limit(1)
        .setLock('pessimistic_write')
        .setOnLocked('skip_locked')
        .getOne();
      return schedule === null ? undefined : this.decide(transaction, schedule, now);
    });
  }

  /** A firing that waited for a session that has ended by now; the caller is to start it. */
  claimWaiting(now: Date): Promise<FiringKey | undefined> {
    return this.database.transaction(async (transaction) => {
      const [schedule]: { id: string }[] = await transaction.query(
        `select s.id from schedule s
         where s.paused_at is null and exists (select 1 from schedule_firing f where f.schedule_id = s.id and f.state = 'waiting')
           and not exists (select 1 from schedule_firing f where f.schedule_id = s.id and f.state = 'starting')
           and not exists (select 1 from session where schedule_id = s.id and ended_at is null)
         limit 1 for update of s skip locked`,
      );
      // Before the lock was ours, another may have started it.
      if (schedule === undefined || (await activity(transaction, schedule.id)).running) {
        return undefined;
      }
      const [rows]: [FiringKey[], number] = await transaction.query(
        `update schedule_firing set state = 'starting', lease_until = $2
         where schedule_id = $1 and state = 'waiting' returning schedule_id as "scheduleId", due`,
        [schedule.id, leaseOf(now)],
      );
      return rows[0];
    });
  }

  /** Takes over firings whose controller did not start them in time. */
  async claimAbandoned(now: Date, limit: number): Promise<FiringKey[]> {
    const [rows]: [FiringKey[], number] = await this.database.query(
      `update schedule_firing f set lease_until = $2 from (
         select schedule_id, due from schedule_firing where state = 'starting' and lease_until < $1
         order by due limit $3 for update skip locked
       ) late where f.schedule_id = late.schedule_id and f.due = late.due
       returning f.schedule_id as "scheduleId", f.due`,
      [now, leaseOf(now), limit],
    );
    return rows;
  }

  /** Whether a later firing of the schedule takes the place of this one. */
  async isReplaced({ scheduleId, due }: FiringKey): Promise<boolean> {
    const rows: unknown[] = await this.database.query(
      `select 1 from schedule_firing where schedule_id = $1 and due > $2 and state in ('starting', 'started') limit 1`,
      [scheduleId, due],
    );
    return rows.length > 0;
  }

  async started({ scheduleId, due }: FiringKey, sessionId: string): Promise<void> {
    // Where a controller that was given up comes late, there is a session all the same.
    await this.database.query(
      `update schedule_firing set state = 'started', session_id = $3, reason = null, lease_until = null
       where schedule_id = $1 and due = $2`,
      [scheduleId, due, sessionId],
    );
  }

  async ended({ scheduleId, due }: FiringKey, state: 'skipped' | 'failed', reason: string): Promise<void> {
    await this.database.query(
      `update schedule_firing set state = $3, reason = $4, lease_until = null
       where schedule_id = $1 and due = $2 and state = 'starting'`,
      [scheduleId, due, state, reason],
    );
  }

  private async decide(transaction: EntityManager, schedule: ScheduleRow, now: Date): Promise<FiringKey | null> {
    const due = schedule.nextDue ?? now;
    let decision: DueDecision;
    try {
      decision = decideDue(schedule.timing, due.getTime(), now.getTime(), schedule.missed);
    } catch (error) {
      if (!(error instanceof CronLineError)) throw error;
      // A time zone that a new release of Node does not know any more: the others must not wait for this one.
      await insert(transaction, schedule, due, 'failed', error.message, now);
      await advance(transaction, schedule, null);
      return null;
    }
    await advance(transaction, schedule, decision.next);
    const { missed, run } = decision;
    if (missed !== null) {
      const until = missed.last === missed.first ? '' : `, with all until ${new Date(missed.last).toISOString()}`;
      const reason = `no controller looked in time${until}`;
      await insert(transaction, schedule, new Date(missed.first), 'missed', reason, now);
    }
    if (run === null) {
      return null;
    }
    const overlap = decideOverlap(schedule.overlap, await activity(transaction, schedule.id));
    const reason = overlap.state === 'skipped' ? overlap.reason : null;
    const isOurs = await insert(transaction, schedule, new Date(run), overlap.state, reason, now);
    return isOurs && overlap.state === 'starting' ? { scheduleId: schedule.id, due: new Date(run) } : null;
  }
}

async function activity(transaction: EntityManager, scheduleId: string): Promise<Activity> {
  const [found]: Activity[] = await transaction.query(
    `select exists (select 1 from session where schedule_id = $1 and ended_at is null)
         or exists (select 1 from schedule_firing where schedule_id = $1 and state = 'starting') as running,
       exists (select 1 from schedule_firing where schedule_id = $1 and state = 'waiting') as waiting`,
    [scheduleId],
  );
  return found ?? { running: false, waiting: false };
}

/** False where the instant had been decided about before. */
async function insert(
  transaction: EntityManager,
  schedule: ScheduleRow,
  due: Date,
  state: FiringState,
  reason: string | null,
  now: Date,
): Promise<boolean> {
  const rows: unknown[] = await transaction.query(
    `insert into schedule_firing (schedule_id, due, state, reason, lease_until, decided_at)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning 1`,
    [schedule.id, due, state, reason, state === 'starting' ? leaseOf(now) : null, now],
  );
  return rows.length > 0;
}

async function advance(transaction: EntityManager, schedule: ScheduleRow, next: number | null): Promise<void> {
  const nextDue = next === null ? null : new Date(next);
  await transaction.query('update schedule set next_due = $2 where id = $1', [schedule.id, nextDue]);
}

function leaseOf(now: Date): Date {
  return new Date(now.getTime() + leaseMs);
}
