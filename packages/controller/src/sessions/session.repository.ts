import type { NodeAnswerState } from '@bpfleet/aggregate';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { allTargetsAmong, type VisibleNodes } from '../access/visibility.ts';
import type { TimeCursor } from '../paging/cursor.ts';
import type { ProblemDiagnostic } from '../problem/problem.ts';
import type { NodeAccount } from './node-account.ts';
import { skipUntold } from './rollout/skip-untold.ts';
import { SessionRow } from './session.entity.ts';
import { SessionNodeRow } from './session-node.entity.ts';
import type { Target } from './settlement.ts';

/** What a node says about a session that it has attached, or could not attach. */
export interface Observation {
  readonly sessionId: string;
  readonly maps: object[];
  readonly attached: boolean;
  readonly attachUs: bigint | null;
  readonly diagnostics: ProblemDiagnostic[];
}

/** A manifest as it is stored. */
export interface StoredManifest {
  readonly sessionId: string;
  readonly bootEpoch: bigint;
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  readonly produced: bigint;
  readonly lost: readonly [
    ...[kernel: bigint, sampledOut: bigint, truncated: bigint, evicted: bigint, mapFull: bigint, readFailed: bigint],
  ];
  readonly outcome: 'complete' | 'partial' | 'failed';
  readonly reason: string;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly overhead: number | null;
}

/** A node whose time in a session is over without a manifest. */
export interface OverdueTarget extends Target {
  readonly attached: boolean;
  readonly storedFrames: bigint;
  readonly connectionLostAt: Date | null;
  readonly cancelled: boolean;
}

@Injectable()
export class SessionRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  async insert(transaction: EntityManager, session: SessionRow, nodes: readonly SessionNodeRow[]): Promise<void> {
    await transaction.getRepository(SessionRow).insert(session);
    await transaction.getRepository(SessionNodeRow).insert([...nodes]);
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
      `select sn.node_id, sn.name, sn.arch, sn.kernel, sn.labels, sn.state, sn.reason, numbers.*
       from session_node sn, lateral (
         select coalesce(sum(r.records), 0) as stored,
           coalesce(sum(coalesce(m.produced, r.records + r.lost_kernel + r.lost_sampled_out + r.lost_evicted + r.lost_map_full)), 0) as produced,
           coalesce(sum(coalesce(m.lost_kernel, r.lost_kernel)), 0) as lost_kernel,
           coalesce(sum(coalesce(m.lost_sampled_out, r.lost_sampled_out)), 0) as lost_sampled_out,
           coalesce(sum(coalesce(m.lost_truncated, r.lost_truncated)), 0) as lost_truncated,
           coalesce(sum(coalesce(m.lost_evicted, r.lost_evicted)), 0) as lost_evicted,
           coalesce(sum(coalesce(m.lost_map_full, r.lost_map_full)), 0) as lost_map_full,
           coalesce(sum(coalesce(m.lost_read_failed, r.lost_read_failed)), 0) as lost_read_failed,
           max(m.overhead) as overhead
         from (select * from run where session_id = sn.session_id and node_id = sn.node_id) r
         full join (select * from manifest where session_id = sn.session_id and node_id = sn.node_id) m using (boot_epoch)
       ) numbers
       where sn.session_id = $1 and sn.name > $2 order by sn.name limit $3`,
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
      produced: BigInt(row.produced),
      stored: BigInt(row.stored),
      lost: {
        kernel: BigInt(row.lost_kernel),
        sampledOut: BigInt(row.lost_sampled_out),
        truncated: BigInt(row.lost_truncated),
        evicted: BigInt(row.lost_evicted),
        mapFull: BigInt(row.lost_map_full),
        readFailed: BigInt(row.lost_read_failed),
      },
      overhead: row.overhead,
    }));
  }

  /** Sessions that are to run on a node now, each for as long as it is to run there. */
  async assignments(nodeId: string, now: Date): Promise<SessionRow[]> {
    const { entities, raw } = await this.database
      .getRepository(SessionRow)
      .createQueryBuilder('session')
      .addSelect('session.programObject')
      .addSelect('part.duration_ms', 'part_duration_ms')
      .innerJoin(SessionNodeRow, 'part', 'part.session_id = session.id')
      .where('part.node_id = :nodeId', { nodeId })
      .andWhere(`part.state in ('pending', 'running') and part.wave <= session.wave`)
      .andWhere('session.cancelled_at is null and session.ended_at is null and session.deadline > :now', { now })
      .orderBy('session.created_at')
      .getRawAndEntities<{ part_duration_ms: string | null }>();
    return entities.map((session, index) => {
      const own = raw[index]?.part_duration_ms ?? null;
      return own === null ? session : { ...session, durationMs: Number(own) };
    });
  }

  /** Bytes of the programs that are to run now, of that of these nodes which has the most. */
  async programBytes(nodeIds: readonly string[], now: Date): Promise<number> {
    const rows: { bytes: string }[] = await this.database.query(
      `select sum(coalesce(octet_length(s.program_object), octet_length(s.program_source))) as bytes
       from session_node sn join session s on s.id = sn.session_id
       where sn.node_id = any($1::uuid[]) and sn.state in ('pending', 'running')
         and s.cancelled_at is null and s.ended_at is null and s.deadline > $2
       group by sn.node_id order by 1 desc limit 1`,
      [nodeIds, now],
    );
    return Number(rows[0]?.bytes ?? 0);
  }

  /** A node's part in a session; undefined where it is none of its targets. */
  async part(sessionId: string, nodeId: string): Promise<{ createdAt: Date; maps: object[] | null } | undefined> {
    const rows: { createdAt: Date; maps: object[] | null }[] = await this.database.query(
      `select s.created_at as "createdAt", sn.maps from session_node sn join session s on s.id = sn.session_id
       where sn.session_id = $1 and sn.node_id = $2`,
      [sessionId, nodeId],
    );
    return rows[0];
  }

  /** True if the node had not attached before. */
  async observe(transaction: EntityManager, nodeId: string, seen: Observation, at: Date): Promise<boolean> {
    const [rows]: [unknown[], number] = await transaction.query(
      `update session_node set
         maps = case when $3::jsonb = '[]' then maps else $3::jsonb end,
         diagnostics = case when $4::jsonb = '[]' then diagnostics else $4::jsonb end,
         attached_at = case when $5 then coalesce(attached_at, $6) else attached_at end,
         attach_us = coalesce($7::bigint, attach_us),
         connection_lost_at = null,
         state = case when $5 and state = 'pending' then 'running' else state end
       where session_id = $1 and node_id = $2 and (
         ($5 and state = 'pending') or (maps is null and $3::jsonb <> '[]') or connection_lost_at is not null
         or (diagnostics = '[]' and $4::jsonb <> '[]'))
       returning 1`,
      [
        seen.sessionId,
        nodeId,
        JSON.stringify(seen.maps),
        JSON.stringify(seen.diagnostics),
        seen.attached,
        at,
        seen.attachUs?.toString() ?? null,
      ],
    );
    return rows.length > 0;
  }

  async saveManifest(transaction: EntityManager, nodeId: string, manifest: StoredManifest, at: Date): Promise<void> {
    await transaction.query(
      `insert into manifest (session_id, node_id, boot_epoch, first_seq, last_seq, produced, lost_kernel,
         lost_sampled_out, lost_truncated, lost_evicted, lost_map_full, lost_read_failed, outcome, reason, started_at, ended_at,
         overhead, received_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
       on conflict (session_id, node_id, boot_epoch) do update set
         first_seq = excluded.first_seq, last_seq = excluded.last_seq, produced = excluded.produced,
         lost_kernel = excluded.lost_kernel, lost_sampled_out = excluded.lost_sampled_out,
         lost_truncated = excluded.lost_truncated, lost_evicted = excluded.lost_evicted,
         lost_map_full = excluded.lost_map_full, lost_read_failed = excluded.lost_read_failed,
         outcome = excluded.outcome, reason = excluded.reason,
         started_at = excluded.started_at, ended_at = excluded.ended_at, overhead = excluded.overhead`,
      [
        manifest.sessionId,
        nodeId,
        manifest.bootEpoch.toString(),
        manifest.firstSeq.toString(),
        manifest.lastSeq.toString(),
        manifest.produced.toString(),
        ...manifest.lost.map(String),
        manifest.outcome,
        manifest.reason,
        manifest.startedAt,
        manifest.endedAt,
        manifest.overhead,
        at,
      ],
    );
    if (manifest.startedAt !== null) {
      await transaction.query(
        'update session_node set attached_at = coalesce(attached_at, $3) where session_id = $1 and node_id = $2',
        [manifest.sessionId, nodeId, manifest.startedAt],
      );
    }
  }

  async connectionLost(nodeId: string, at: Date): Promise<void> {
    await this.database.query(
      `update session_node set connection_lost_at = $2 where node_id = $1 and state in ('pending', 'running')`,
      [nodeId, at],
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
         (select coalesce(sum(upper(part) - lower(part)), 0) from run, unnest(run.stored_seqs) as part
          where run.session_id = sn.session_id and run.node_id = sn.node_id) as stored
       from session s join session_node sn on sn.session_id = s.id left join connection c on c.node_id = sn.node_id
       where s.ended_at is null and s.wave >= 0 and sn.state in ('pending', 'running') and ($4::timestamptz is null or s.created_at >= $4)
         and least(s.cancelled_at, coalesce(sn.attached_at + coalesce(sn.duration_ms, s.duration_ms) * interval '1 millisecond', s.deadline))
           + (case when c.lease_until > $1 and (s.cancelled_at is null or sn.attached_at is not null) then $3::float8 else $2::float8 end) * interval '1 millisecond' < $1
         and (sn.attached_at is null or sn.connection_lost_at is null
           or sn.connection_lost_at + $5::float8 * interval '1 millisecond' < $1)`,
      [now, graces.graceMs, graces.connectedGraceMs, createdSince, graces.reconnectGraceMs],
    );
    return rows.map((row) => ({
      sessionId: row.session_id,
      nodeId: row.node_id,
      attached: row.attached,
      storedFrames: BigInt(row.stored),
      connectionLostAt: row.connection_lost_at,
      cancelled: row.cancelled,
    }));
  }
}

/** For how long a node is waited for, milliseconds. */
export interface Graces {
  /** After its time is over. */
  readonly graceMs: number;
  /** The same for a node that is connected. */
  readonly connectedGraceMs: number;
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
  readonly produced: string;
  readonly stored: string;
  readonly lost_kernel: string;
  readonly lost_sampled_out: string;
  readonly lost_truncated: string;
  readonly lost_evicted: string;
  readonly lost_map_full: string;
  readonly lost_read_failed: string;
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
