import type { NodeAnswerState } from '@bpfleet/aggregate';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { parseSeqRanges } from '../results/seq-ranges.ts';
import { SessionFeed } from './session-feed.ts';
import { hasEnded, mayBecome, sessionState } from './session-state.ts';
import { type ManifestAccount, type RunAccount, settle, type Verdict } from './settle.ts';

/** A node's part in a session. */
export interface Target {
  readonly sessionId: string;
  readonly nodeId: string;
}

/** A part, and what it has come to. */
export interface Conclusion extends Target {
  readonly verdict: Verdict;
}

/**
 * Writes what the parts of nodes, and by them whole sessions, have come to. Always inside the caller's transaction, for many parts at
 * once. Law: rows are locked in one order everywhere: runs, then sessions, then parts.
 */
@Injectable()
export class Settlement {
  constructor(@Inject(SessionFeed) private readonly feed: SessionFeed) {}

  /** To be held by whoever changes parts of these sessions. */
  async lock(transaction: EntityManager, sessionIds: readonly string[]): Promise<void> {
    await transaction.query('select 1 from session where id = any($1::uuid[]) order by id for no key update', [
      sessionIds,
    ]);
  }

  /** Frames arrived: where a part had already ended, its verdict may change. */
  async resettle(transaction: EntityManager, targets: readonly Target[]): Promise<void> {
    const ended: Target[] = await transaction.query(
      `select session_id as "sessionId", node_id as "nodeId" from session_node
       join unnest($1::uuid[], $2::uuid[]) as wanted (session_id, node_id) using (session_id, node_id)
       where state not in ('pending', 'running')`,
      columns(targets),
    );
    await this.settleTargets(transaction, ended);
    for (const sessionId of sessionsOf(targets)) {
      this.feed.changed(sessionId);
    }
  }

  /** Judges parts by their manifests and what is stored; without a manifest a part stays as it is. */
  async settleTargets(transaction: EntityManager, targets: readonly Target[]): Promise<void> {
    if (targets.length === 0) {
      return;
    }
    const conclusions: Conclusion[] = [];
    for (const { sessionId, nodeId, runs, joinedAfterMs } of await this.accounts(transaction, targets)) {
      const verdict = settle(runs, joinedAfterMs);
      if (verdict !== undefined) {
        conclusions.push({ sessionId, nodeId, verdict });
      }
    }
    await this.conclude(transaction, conclusions);
  }

  /** Ends parts with these verdicts, where they may still become that, and sessions with their last parts. */
  async conclude(transaction: EntityManager, conclusions: readonly Conclusion[]): Promise<void> {
    if (conclusions.length === 0) {
      return;
    }
    await this.lock(transaction, sessionsOf(conclusions));
    const states: { session_id: string; node_id: string; state: NodeAnswerState }[] = await transaction.query(
      `select session_id, node_id, state from session_node
       join unnest($1::uuid[], $2::uuid[]) as wanted (session_id, node_id) using (session_id, node_id)
       for no key update of session_node`,
      columns(conclusions),
    );
    const now = new Map(states.map((row) => [`${row.session_id} ${row.node_id}`, row.state]));
    const changes = conclusions.filter(({ sessionId, nodeId, verdict }) => {
      const state = now.get(`${sessionId} ${nodeId}`);
      return state !== undefined && mayBecome(state, verdict.state);
    });
    if (changes.length === 0) {
      return;
    }
    await transaction.query(
      `update session_node sn set state = v.state, reason = v.reason, ended_at = coalesce(sn.ended_at, $5)
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as v (session_id, node_id, state, reason)
       where sn.session_id = v.session_id and sn.node_id = v.node_id`,
      [
        ...columns(changes),
        changes.map(({ verdict }) => verdict.state),
        changes.map(({ verdict }) => verdict.reason),
        new Date(),
      ],
    );
    await this.update(transaction, sessionsOf(changes));
  }

  /** Brings the states of the sessions themselves up to those of their parts. */
  async update(transaction: EntityManager, sessionIds: readonly string[]): Promise<void> {
    if (sessionIds.length === 0) {
      return;
    }
    await this.lock(transaction, sessionIds);
    const sessions: SessionParts[] = await transaction.query(
      `select s.id, s.cancelled_at is not null as cancelled, s.halted is not null as halted, array_agg(distinct sn.state) as states, min(sn.attached_at) as attached
       from session s join session_node sn on sn.session_id = s.id where s.id = any($1::uuid[]) group by s.id`,
      [sessionIds],
    );
    for (const { id, cancelled, halted, states, attached } of sessions) {
      await transaction.query(
        `update session set state = $2, ended_at = case when $3 then coalesce(ended_at, $4) end, started_at = $5 where id = $1`,
        [id, sessionState(states, { cancelled, halted }), hasEnded(states), new Date(), attached],
      );
      this.feed.changed(id);
    }
  }

  private async accounts(transaction: EntityManager, targets: readonly Target[]): Promise<PartAccount[]> {
    const wanted = 'unnest($1::uuid[], $2::uuid[]) as wanted (session_id, node_id)';
    const rows: AccountRow[] = await transaction.query(
      `select run.stored_seqs::text as stored, run.records, manifest.*, session_id, node_id, part.joined_after_ms::float8 as joined
       from (select run.* from run join ${wanted} using (session_id, node_id)) as run
       full join (select manifest.* from manifest join ${wanted} using (session_id, node_id)) as manifest
         using (session_id, node_id, boot_epoch)
       join session_node part using (session_id, node_id)
       where run.stored_seqs <> '{}' or manifest.outcome is not null`,
      columns(targets),
    );
    const parts = new Map<string, PartAccount>();
    for (const row of rows) {
      const key = `${row.session_id} ${row.node_id}`;
      const part = parts.get(key) ?? partOf(row);
      parts.set(key, part);
      const storedSeqs = parseSeqRanges(row.stored ?? '{}');
      part.runs.push({ storedSeqs, storedRecords: BigInt(row.records ?? 0), manifest: manifestOf(row) });
    }
    return [...parts.values()];
  }
}

interface SessionParts {
  readonly id: string;
  readonly cancelled: boolean;
  readonly halted: boolean;
  /** Each once. */
  readonly states: NodeAnswerState[];
  readonly attached: Date | null;
}

function columns(targets: readonly Target[]): [string[], string[]] {
  return [targets.map(({ sessionId }) => sessionId), targets.map(({ nodeId }) => nodeId)];
}

function sessionsOf(targets: readonly Target[]): string[] {
  return [...new Set(targets.map(({ sessionId }) => sessionId))];
}

interface PartAccount extends Target {
  readonly runs: RunAccount[];
  /** Of a node that came late. */
  readonly joinedAfterMs: number | null;
}

function partOf({ session_id, node_id, joined }: AccountRow): PartAccount {
  return { sessionId: session_id, nodeId: node_id, joinedAfterMs: joined, runs: [] };
}

interface AccountRow {
  readonly session_id: string;
  readonly node_id: string;
  readonly joined: number | null;
  readonly stored: string | null;
  readonly records: string | null;
  readonly outcome: ManifestAccount['outcome'] | null;
  readonly reason: string;
  readonly first_seq: string;
  readonly last_seq: string;
  readonly produced: string;
  readonly lost_kernel: string;
  readonly lost_sampled_out: string;
  readonly lost_truncated: string;
  readonly lost_evicted: string;
  readonly lost_map_full: string;
  readonly lost_read_failed: string;
}

function manifestOf(row: AccountRow): ManifestAccount | undefined {
  if (row.outcome === null) {
    return undefined;
  }
  return {
    firstSeq: BigInt(row.first_seq),
    lastSeq: BigInt(row.last_seq),
    produced: BigInt(row.produced),
    lost: {
      kernel: BigInt(row.lost_kernel),
      sampledOut: BigInt(row.lost_sampled_out),
      truncated: BigInt(row.lost_truncated),
      evicted: BigInt(row.lost_evicted),
      mapFull: BigInt(row.lost_map_full),
      readFailed: BigInt(row.lost_read_failed),
    },
    outcome: row.outcome,
    reason: row.reason,
  };
}
