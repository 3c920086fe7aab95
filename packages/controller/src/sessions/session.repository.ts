import type { NodeAnswerState } from '@bpfleet/aggregate';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { allTargetsAmong, type VisibleNodes } from '../access/visibility.ts';
import { chunks } from '../database/rows.ts';
import type { TimeCursor } from '../paging/cursor.ts';
import type { NodeAccount } from './node-account.ts';
import { skipUntold } from './rollout/skip-untold.ts';
import { SessionRow } from './session.entity.ts';
import { SessionNodeRow } from './session-node.entity.ts';
import type { Target } from './settlement.ts';

/** A node's part that it is to run. */
export interface AssignedPart extends Target {
  /** Of a node that came late, what is left for it; null: as long as the session takes. */
  readonly durationMs: number | null;
}

/** A node whose time in a session is over without a manifest. */
export interface OverdueTarget extends Target {
  readonly attached: boolean;
  readonly storedFrames: bigint;
  readonly connectionLostAt: Date | null;
  readonly cancelled: boolean;
}

const nodesPerStatement = 1_000;

@Injectable()
export class SessionRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  async insert(transaction: EntityManager, session: SessionRow, nodes: readonly SessionNodeRow[]): Promise<void> {
    await transaction.getRepository(SessionRow).insert(session);
    // A statement takes 65,535 parameters, and a row has fifteen.
    for (const part of chunks(nodes, nodesPerStatement)) {
      await transaction.getRepository(SessionNodeRow).insert([...part]);
    }
  }

  find(id: string): Promise<SessionRow | null> {
    return this.database.getRepository(SessionRow).findOneBy({ id });
  }

  findByKey(tokenId: string, idempotencyKey: string): Promise<SessionRow | null> {
    return this.database.getRepository(SessionRow).findOneBy({ tokenId, idempotencyKey });
  }

  /** Newest first; of one schedule where one is named, with targets only among `nodes` where those are. */
  page(
    limit: number,
    before: TimeCursor | undefined,
    scheduleId: string | null,
    nodes: VisibleNodes,
  ): Promise<SessionRow[]> {
    const query = this.database.getRepository(SessionRow).createQueryBuilder('session');
    if (scheduleId !== null) {
      query.where('session.schedule_id = :scheduleId', { scheduleId });
    }
    if (nodes !== null) {
      query.andWhere(allTargetsAmong('cast(:nodes as uuid[])'), { nodes });
    }
    if (before !== undefined) {
      query.andWhere('(session.created_at, session.id) < (:at, :id)', before);
    }
    return query.orderBy('session.created_at', 'DESC').addOrderBy('session.id', 'DESC').limit(limit).getMany();
  }

  /** Sessions of a schedule that were due before an instant and have not ended. */
  async unendedBefore(scheduleId: string, due: Date): Promise<string[]> {
    const rows: { id: string }[] = await this.database.query(
      'select id from session where schedule_id = $1 and scheduled_for < $2 and ended_at is null',
      [scheduleId, due],
    );
    return rows.map(({ id }) => id);
  }

  async states(sessionIds: readonly string[]): Promise<{ sessionId: string; state: NodeAnswerState }[]> {
    return this.database.query(
      'select session_id as "sessionId", state from session_node where session_id = any($1::uuid[])',
      [sessionIds],
    );
  }

  /**
   * The targets of a session by name, after `afterName`. Numbers are the manifest's where it has come, and what is
   * stored so far where it has not.
   */
  async accounts(sessionId: string, page?: { afterName: string; limit: number }): Promise<NodeAccount[]> {
    const rows: AccountRow[] = await this.database.query(
      `with part as materialized (
         select node_id, name, arch, kernel, labels, state, reason, variant from session_node
         where session_id = $1 and name > $2 order by name limit $3
       ), numbers as (
         select node_id, sum(r.records) as stored,
           sum(coalesce(m.produced, r.records + r.lost_kernel + r.lost_sampled_out + r.lost_evicted + r.lost_map_full)) as produced,
           sum(coalesce(m.lost_kernel, r.lost_kernel)) as lost_kernel,
           sum(coalesce(m.lost_sampled_out, r.lost_sampled_out)) as lost_sampled_out,
           sum(coalesce(m.lost_truncated, r.lost_truncated)) as lost_truncated,
           -- What was dropped after it had arrived is not missing: as in settle.ts.
           sum(case when m.produced is null then r.lost_evicted else greatest(0, least(m.lost_evicted, m.produced
             - coalesce(r.records, 0) - m.lost_kernel - m.lost_sampled_out - m.lost_map_full)) end) as lost_evicted,
           sum(coalesce(m.lost_map_full, r.lost_map_full)) as lost_map_full,
           sum(coalesce(m.lost_read_failed, r.lost_read_failed)) as lost_read_failed,
           max(m.overhead) as overhead
         from (select * from run where session_id = $1 and node_id in (select node_id from part)) r
         full join (select * from manifest where session_id = $1 and node_id in (select node_id from part)) m
           using (node_id, boot_epoch)
         group by node_id
       )
       select * from part left join numbers using (node_id) order by name`,
      [sessionId, page?.afterName ?? '', page?.limit ?? null],
    );
    return rows.map((row) => ({
      sessionId,
      nodeId: row.node_id,
      name: row.name,
      arch: row.arch,
      kernel: row.kernel,
      labels: row.labels,
      state: row.state,
      reason: row.reason,
      variant: row.variant,
      produced: BigInt(row.produced ?? 0),
      stored: BigInt(row.stored ?? 0),
      lost: {
        kernel: BigInt(row.lost_kernel ?? 0),
        sampledOut: BigInt(row.lost_sampled_out ?? 0),
        truncated: BigInt(row.lost_truncated ?? 0),
        evicted: BigInt(row.lost_evicted ?? 0),
        mapFull: BigInt(row.lost_map_full ?? 0),
        readFailed: BigInt(row.lost_read_failed ?? 0),
      },
      overhead: row.overhead,
    }));
  }

  /** What is to run on these nodes now, the oldest session first. */
  async assignments(nodeIds: readonly string[], now: Date): Promise<AssignedPart[]> {
    return this.database.query(
      `select part.node_id as "nodeId", part.session_id as "sessionId", part.duration_ms::float8 as "durationMs" from session_node part join session on session.id = part.session_id
       where part.node_id = any($1::uuid[]) and part.state in ('pending', 'running') and part.wave <= session.wave
         and session.cancelled_at is null and session.ended_at is null and session.deadline > $2
       order by session.created_at`,
      [nodeIds, now],
    );
  }

  /** With their programs, also those that are objects. */
  withPrograms(ids: readonly string[]): Promise<SessionRow[]> {
    return this.database
      .getRepository(SessionRow)
      .createQueryBuilder('session')
      .addSelect('session.programObject')
      .where('session.id = any(:ids)', { ids })
      .getMany();
  }

  /** Bytes of the programs that are to run now, of that of these nodes which has the most. */
  async programBytes(nodeIds: readonly string[], now: Date): Promise<number> {
    const rows: { bytes: string }[] = await this.database.query(
      `select sum(coalesce(octet_length(s.program_object), octet_length(s.program_source)) + coalesce(octet_length(s.program_variants::text), 0)) as bytes
       from session_node sn join session s on s.id = sn.session_id
       where sn.node_id = any($1::uuid[]) and sn.state in ('pending', 'running')
         and s.cancelled_at is null and s.ended_at is null and s.deadline > $2
       group by sn.node_id order by 1 desc limit 1`,
      [nodeIds, now],
    );
    return Number(rows[0]?.bytes ?? 0);
  }

  /** These nodes have lost their connections. */
  async connectionsLost(nodeIds: readonly string[], at: Date): Promise<void> {
    await this.database.query(
      `update session_node set connection_lost_at = $2 where (session_id, node_id) in (
         select session_id, node_id from session_node where node_id = any($1::uuid[]) and state in ('pending', 'running')
         order by session_id, node_id for no key update)`,
      [nodeIds, at],
    );
  }

  /** False where it has ended, or was cancelled before. Nodes that were not told yet are through with it. */
  async cancel(transaction: EntityManager, id: string, at: Date): Promise<boolean> {
    const [[row]]: [{ wave: number }[], number] = await transaction.query(
      'update session set cancelled_at = $2 where id = $1 and ended_at is null and cancelled_at is null returning wave',
      [id, at],
    );
    if (row === undefined) return false;
    await skipUntold(transaction, {
      sessionId: id,
      wave: row.wave,
      reason: 'cancelled before it was attached',
      now: at,
    });
    return true;
  }

  /** Sessions that were told to nodes or cancelled since then and have not ended. */
  changedSince(since: Date): Promise<{ id: string; wave: number; cancelled: boolean }[]> {
    return this.database.query(
      `select id, wave, cancelled_at is not null as cancelled from session
       where ended_at is null and (told_at > $1 or cancelled_at > $1)`,
      [since],
    );
  }

  async targets(sessionId: string): Promise<string[]> {
    const rows: { node_id: string }[] = await this.database.query(
      'select node_id from session_node where session_id = $1',
      [sessionId],
    );
    return rows.map(({ node_id }) => node_id);
  }

  /**
   * Nodes whose time is over: since they attached, the session's duration (else until its deadline), or a cancellation,
   * and then a grace, which is longer for a node that is connected and may still be sending; nor is a node whose
   * connection was lost while it measured given up before it could have come back. Of sessions created since
   * `createdSince`, if that is given.
   */
  async overdue(now: Date, graces: Graces, createdSince: Date | null): Promise<OverdueTarget[]> {
    const rows: OverdueRow[] = await this.database.query(
      `select sn.session_id, sn.node_id, sn.attached_at is not null as attached, sn.connection_lost_at,
         s.cancelled_at is not null as cancelled,
         (select coalesce(sum(upper(each) - lower(each)), 0) from run, unnest(run.stored_seqs) as each
          where run.session_id = sn.session_id and run.node_id = sn.node_id) as stored
       from session s join session_node sn on sn.session_id = s.id left join connection c on c.node_id = sn.node_id,
         lateral (select least(s.cancelled_at, coalesce(sn.attached_at + coalesce(sn.duration_ms, s.duration_ms) * interval '1 millisecond', s.deadline)) as over_at,
           coalesce(c.lease_until > $1 and (s.cancelled_at is null or sn.attached_at is not null), false) as connected) as part
       where s.ended_at is null and s.wave >= 0 and sn.state in ('pending', 'running') and ($4::timestamptz is null or s.created_at >= $4)
         and over_at + (case when connected then $3::float8 else $2::float8 end) * interval '1 millisecond' < $1
         and (sn.attached_at is null or sn.connection_lost_at is null
           or sn.connection_lost_at + $5::float8 * interval '1 millisecond' < $1)
         and not (connected and over_at + $6::float8 * interval '1 millisecond' >= $1 and exists (
           select from run where run.session_id = sn.session_id and run.node_id = sn.node_id
             and run.stored_at + $3::float8 * interval '1 millisecond' >= $1))`,
      [now, graces.graceMs, graces.connectedGraceMs, createdSince, graces.reconnectGraceMs, graces.backlogGraceMs],
    );
    return rows.map((row) => ({
      sessionId: row.session_id,
      nodeId: row.node_id,
      attached: row.attached,
      storedFrames: BigInt(row.stored ?? 0),
      connectionLostAt: row.connection_lost_at,
      cancelled: row.cancelled,
    }));
  }
}

/** For how long a node is waited for, milliseconds. */
export interface Graces {
  /** After its time is over. */
  readonly graceMs: number;
  /** The same for a node that is connected, and from when the last of its frames was stored. */
  readonly connectedGraceMs: number;
  /** After its time is over, however many frames still come. */
  readonly backlogGraceMs: number;
  /** After a node that had attached lost its connection. */
  readonly reconnectGraceMs: number;
}

interface AccountRow {
  readonly node_id: string;
  readonly name: string;
  readonly arch: string;
  readonly kernel: string;
  readonly labels: Record<string, string>;
  readonly state: NodeAnswerState;
  readonly reason: string | null;
  readonly variant: string | null;
  /** These are null of a node of which nothing has come. */
  readonly produced: string | null;
  readonly stored: string | null;
  readonly lost_kernel: string | null;
  readonly lost_sampled_out: string | null;
  readonly lost_truncated: string | null;
  readonly lost_evicted: string | null;
  readonly lost_map_full: string | null;
  readonly lost_read_failed: string | null;
  readonly overhead: number | null;
}

interface OverdueRow {
  readonly session_id: string;
  readonly node_id: string;
  readonly attached: boolean;
  readonly connection_lost_at: Date | null;
  readonly cancelled: boolean;
  readonly stored: string;
}
