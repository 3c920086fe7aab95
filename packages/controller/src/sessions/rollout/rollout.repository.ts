import type { NodeAnswerState } from '@bpfleet/aggregate';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { SessionRow } from '../session.entity.ts';
import type { ToldNode } from './judge-rollout.ts';
import { attachMs } from './rollout.ts';
import { skipUntold } from './skip-untold.ts';

/** A session that is told in waves, and has not ended. */
export type OpenRollout = SessionRow & { readonly rollout: NonNullable<SessionRow['rollout']>; readonly toldAt: Date };

@Injectable()
export class RolloutRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  async open(): Promise<string[]> {
    const rows: { id: string }[] = await this.database.query(
      'select id from session where rollout is not null and wave >= 0 and ended_at is null and cancelled_at is null',
    );
    return rows.map(({ id }) => id);
  }

  /** Locks it until the end of the transaction; undefined where it is no longer open, or another controller has it. */
  async take(transaction: EntityManager, id: string): Promise<OpenRollout | undefined> {
    const session = await transaction
      .getRepository(SessionRow)
      .createQueryBuilder('session')
      .where('session.id = :id and session.ended_at is null and session.cancelled_at is null', { id })
      .setLock('pessimistic_write')
      .setOnLocked('skip_locked')
      .getOne();
    return session === null || session.rollout === null || session.toldAt === null
      ? undefined
      : (session as OpenRollout);
  }

  /** Nodes of the waves that were told, and how they fare. */
  async told(transaction: EntityManager, { id, wave }: SessionRow): Promise<ToldNode[]> {
    const rows: ToldRow[] = await transaction.query(
      `select sn.name, sn.state, sn.reason, sn.attached_at, m.outcome
       from session_node sn left join lateral (
         select outcome from manifest where session_id = sn.session_id and node_id = sn.node_id
         order by outcome <> 'complete' desc limit 1) m on true
       where sn.session_id = $1 and sn.wave between 0 and $2 order by sn.name`,
      [id, wave],
    );
    return rows.map((row) => ({
      name: row.name,
      ended: row.state !== 'pending' && row.state !== 'running',
      failure: failureOf(row),
      attachedAt: row.attached_at?.getTime() ?? null,
    }));
  }

  /** Comes to the next wave. */
  async advance(transaction: EntityManager, session: OpenRollout, now: Date): Promise<void> {
    const wave = session.wave + 1;
    const deadline = new Date(now.getTime() + attachMs + session.durationMs);
    await transaction.query('update session set wave = $2, told_at = $3, deadline = $4 where id = $1', [
      session.id,
      wave,
      now,
      deadline,
    ]);
  }

  /** Has those that were told detach, and the others never attach. */
  async halt(transaction: EntityManager, { id, wave }: SessionRow, reason: string, now: Date): Promise<void> {
    await transaction.query('update session set halted = $2, cancelled_at = $3 where id = $1', [id, reason, now]);
    await skipUntold(transaction, { sessionId: id, wave, reason: `the rollout was halted before: ${reason}`, now });
  }
}

interface ToldRow {
  readonly name: string;
  readonly state: NodeAnswerState;
  readonly reason: string | null;
  readonly attached_at: Date | null;
  readonly outcome: 'complete' | 'partial' | 'failed' | null;
}

/** Losses alone are no failure; what the agent cut short or left out is, and what it never accounted for. */
function failureOf({ state, reason, outcome }: ToldRow): string | null {
  const failed = state === 'failed' || state === 'offline' || (state === 'partial' && outcome !== 'complete');
  return failed ? (reason ?? state) : null;
}
