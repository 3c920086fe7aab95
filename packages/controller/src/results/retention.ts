import type { Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog } from '../audit/audit-log.ts';
import { LOGGER, RETENTION } from '../config/tokens.ts';
import { singletons, singly } from '../database/singleton.ts';
import { Periodic } from '../periodic.ts';
import { dayOfSession, firstIdOfDay } from '../sessions/session-id.ts';
import { type Expiry, planRetention, type Retention } from './plan-retention.ts';
import { dateOfDay, ResultPartitions } from './result-partitions.ts';

const lookEveryMs = 300_000;
/** A session of a large fleet has thousands of rows: few of them in one transaction. */
const sessionsPerTransaction = 20;

/** Ends what is kept of old sessions: their results by whole days, then they themselves. What went is told in the audit log. */
@Injectable()
export class ResultRetention {
  private readonly periodic = new Periodic(
    lookEveryMs,
    () => this.look(),
    (err) => this.log.error({ err }, 'old results could not be removed; it is tried again'),
  );

  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ResultPartitions) private readonly partitions: ResultPartitions,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(RETENTION) private readonly retention: Retention,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  start(): void {
    this.periodic.start();
  }

  stop(): Promise<void> {
    return this.periodic.stop();
  }

  /** Removes what has had its time at `now`, or is too much. */
  async enforce(now: Date): Promise<Expiry[]> {
    const expiries = planRetention(await this.days(), await this.unfinishedDays(), this.retention, now);
    for (const expiry of expiries) {
      await this.expire(expiry);
    }
    return expiries;
  }

  private look(): Promise<void> {
    return singly(this.database, singletons.retention, async () => {
      await this.enforce(new Date());
    });
  }

  /** Of sessions that left nothing in quantities, too. */
  private async days() {
    const stored = new Map((await this.partitions.list()).map((each) => [each.day, each]));
    const [oldest]: { id: string }[] = await this.database.query('select id from session order by id limit 1');
    const since = oldest && dayOfSession(oldest.id);
    if (since !== undefined && !stored.has(since)) {
      stored.set(since, { day: since, bytes: 0 });
    }
    return [...stored.values()];
  }

  private async unfinishedDays(): Promise<Set<number>> {
    const rows: { id: string }[] = await this.database.query('select id from session where ended_at is null');
    return new Set(rows.flatMap(({ id }) => dayOfSession(id) ?? []));
  }

  private async expire({ day, why, bytes }: Expiry): Promise<void> {
    const sessions = await this.removeSessions(day);
    await this.partitions.drop(day);
    const detail = { day: dateOfDay(day), why, sessions, bytes };
    await this.audit.add({
      ...{ actor: 'retention', action: 'removeResults', outcome: 'done', subject: dateOfDay(day), requestId: null },
      detail,
    });
    this.log.info(detail, 'results removed');
  }

  /** Their nodes' parts, accounts and rollups go with them. */
  private async removeSessions(day: number): Promise<number> {
    let removed = 0;
    for (;;) {
      const [, count]: [unknown, number] = await this.database.query(
        `delete from session where id in (select id from session where id >= $1 and id < $2 limit ${sessionsPerTransaction})`,
        [firstIdOfDay(day), firstIdOfDay(day + 1)],
      );
      removed += count;
      if (count < sessionsPerTransaction) return removed;
    }
  }
}
