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

/** Writes what a node's part, and by it the whole session, has come to. Always inside the caller's transaction. */
@Injectable()
export class Settlement {
  constructor(@Inject(SessionFeed) private readonly feed: SessionFeed) {}

  /** Frames arrived: where a part had already ended, its verdict may change. */
  async resettle(transaction: EntityManager, targets: readonly Target[]): Promise<void> {
    const rows: { session_id: string; node_id: string }[] = await transaction.query(
      `select session_id, node_id from session_node
       join unnest($1::uuid[], $2::uuid[]) as wanted (session_id, node_id) using (session_id, node_id)
       where state not in ('pending', 'running')`,
      [targets.map(({ sessionId }) => sessionId), targets.map(({ nodeId }) => nodeId)],
    );
    for (const row of rows) {
      await this.settleTarget(transaction, { sessionId: row.session_id, nodeId: row.node_id });
    }
    for (const { sessionId } of targets) {
      this.feed.changed(sessionId);
    }
  }

  /** Judges a part by its manifests and what is stored; without a manifest it stays as it is. */
  async settleTarget(transaction: EntityManager, target: Target): Promise<void> {
    const [part]: { joined_after_ms: string | null }[] = await transaction.query(
      'select joined_after_ms from session_node where session_id = $1 and node_id = $2',
      [target.sessionId, target.nodeId],
    );
    const joined = part?.joined_after_ms ?? null;
    const verdict = settle(await this.accounts(transaction, target), joined === null ? null : Number(joined));
    if (verdict !== undefined) {
      await this.conclude(transaction, target, verdict);
    }
  }

  /** Ends a part with this verdict, if it may still become that, and the session with its last part. */
  async conclude(transaction: EntityManager, target: Target, verdict: Verdict): Promise<void> {
    await transaction.query('select 1 from session where id = $1 for no key update', [target.sessionId]);
    const [row]: { state: NodeAnswerState }[] = await transaction.query(
      'select state from session_node where session_id = $1 and node_id = $2 for no key update',
      [target.sessionId, target.nodeId],
    );
    if (row === undefined || !mayBecome(row.state, verdict.state)) {
      return;
    }
    await transaction.query(
      `update session_node set state = $3, reason = $4, ended_at = coalesce(ended_at, $5)
       where session_id = $1 and node_id = $2`,
      [target.sessionId, target.nodeId, verdict.state, verdict.reason, new Date()],
    );
    await this.update(transaction, target.sessionId);
  }

  /** Brings the state of the session itself up to that of its parts. */
  async update(transaction: EntityManager, sessionId: string): Promise<void> {
    const [session]: { cancelled_at: Date | null; halted: string | null }[] = await transaction.query(
      'select cancelled_at, halted from session where id = $1 for no key update',
      [sessionId],
    );
    const parts: { state: NodeAnswerState }[] = await transaction.query(
      'select state from session_node where session_id = $1',
      [sessionId],
    );
    const states = parts.map(({ state }) => state);
    const fate = { cancelled: session?.cancelled_at != null, halted: session?.halted != null };
    await transaction.query(
      `update session set state = $2, ended_at = case when $3 then coalesce(ended_at, $4) end,
         started_at = (select min(attached_at) from session_node where session_id = $1)
       where id = $1`,
      [sessionId, sessionState(states, fate), hasEnded(states), new Date()],
    );
    this.feed.changed(sessionId);
  }

  private async accounts(transaction: EntityManager, target: Target): Promise<RunAccount[]> {
    const rows: AccountRow[] = await transaction.query(
      `select run.stored_seqs::text as stored, run.records, manifest.*
       from (select * from run where session_id = $1 and node_id = $2) as run
       full join (select * from manifest where session_id = $1 and node_id = $2) as manifest using (boot_epoch)
       where run.stored_seqs <> '{}' or manifest.outcome is not null`,
      [target.sessionId, target.nodeId],
    );
    return rows.map((row) => ({
      storedSeqs: parseSeqRanges(row.stored ?? '{}'),
      storedRecords: BigInt(row.records ?? 0),
      manifest: manifestOf(row),
    }));
  }
}

interface AccountRow {
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
