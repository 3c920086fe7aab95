import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ProblemDiagnostic } from '../problem/problem.ts';
import type { Target } from './settlement.ts';

/** What a node says about a session that it has attached, or could not attach. */
export interface Observation extends Target {
  readonly maps: object[];
  readonly attached: boolean;
  readonly attachUs: bigint | null;
  readonly diagnostics: ProblemDiagnostic[];
  /** Which of several variants it took; null: none is told. */
  readonly variant: string | null;
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
  readonly outcome: 'complete' | 'partial' | 'failed' | 'skipped';
  readonly reason: string;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly overhead: number | null;
}

export interface StoredPart extends Target {
  readonly createdAt: Date;
  readonly maps: object[] | null;
}

/** What nodes report about their parts in sessions, always for many at once. */
@Injectable()
export class ReportRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** Those of the parts that there are. */
  parts(targets: readonly Target[], through: EntityManager = this.database.manager): Promise<StoredPart[]> {
    return through.query(
      `select session_id as "sessionId", node_id as "nodeId", s.created_at as "createdAt", sn.maps
       from unnest($1::uuid[], $2::uuid[]) as wanted (session_id, node_id)
       join session_node sn using (session_id, node_id) join session s on s.id = session_id`,
      [targets.map(({ sessionId }) => sessionId), targets.map(({ nodeId }) => nodeId)],
    );
  }

  /** At most one observation of each part. Returns those that told something new. */
  async observe(transaction: EntityManager, seen: readonly Observation[], at: Date): Promise<Target[]> {
    const [rows]: [Target[], number] = await transaction.query(
      `update session_node sn set
         maps = case when v.maps = '[]' then sn.maps else v.maps end,
         diagnostics = case when v.diagnostics = '[]' then sn.diagnostics else v.diagnostics end,
         attached_at = case when v.attached then coalesce(sn.attached_at, $7) else sn.attached_at end,
         attach_us = coalesce(v.attach_us, sn.attach_us),
         variant = coalesce(v.variant, sn.variant),
         connection_lost_at = null,
         state = case when v.attached and sn.state = 'pending' then 'running' else sn.state end
       from (
         select session_id, node_id, maps::jsonb, diagnostics::jsonb, attached, attach_us, variant
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::boolean[], $6::bigint[], $8::text[])
           as each (session_id, node_id, maps, diagnostics, attached, attach_us, variant)) v
       where sn.session_id = v.session_id and sn.node_id = v.node_id and (
         (v.attached and sn.state = 'pending') or (sn.maps is null and v.maps <> '[]') or sn.connection_lost_at is not null
         or (v.diagnostics <> '[]' and v.diagnostics <> sn.diagnostics) or (sn.variant is null and v.variant is not null))
       returning sn.session_id as "sessionId", sn.node_id as "nodeId"`,
      [
        seen.map(({ sessionId }) => sessionId),
        seen.map(({ nodeId }) => nodeId),
        seen.map(({ maps }) => JSON.stringify(maps)),
        seen.map(({ diagnostics }) => JSON.stringify(diagnostics)),
        seen.map(({ attached }) => attached),
        seen.map(({ attachUs }) => attachUs?.toString() ?? null),
        at,
        seen.map(({ variant }) => variant),
      ],
    );
    return rows;
  }

  /** At most one manifest of each run. The last one that came is kept. */
  async saveManifests(
    transaction: EntityManager,
    manifests: readonly (StoredManifest & { readonly nodeId: string })[],
    at: Date,
  ): Promise<void> {
    const column = (value: (manifest: (typeof manifests)[number]) => unknown) => manifests.map(value);
    const lost = [0, 1, 2, 3, 4, 5].map((index) => column((manifest) => String(manifest.lost[index])));
    await transaction.query(
      `insert into manifest (session_id, node_id, boot_epoch, first_seq, last_seq, produced, lost_kernel,
         lost_sampled_out, lost_truncated, lost_evicted, lost_map_full, lost_read_failed, outcome, reason, started_at, ended_at, overhead, received_at)
       select *, $18::timestamptz from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
         $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::text[],
         $15::timestamptz[], $16::timestamptz[], $17::float8[])
       on conflict (session_id, node_id, boot_epoch) do update set
         first_seq = excluded.first_seq, last_seq = excluded.last_seq, produced = excluded.produced,
         lost_kernel = excluded.lost_kernel, lost_sampled_out = excluded.lost_sampled_out,
         lost_truncated = excluded.lost_truncated, lost_evicted = excluded.lost_evicted,
         lost_map_full = excluded.lost_map_full, lost_read_failed = excluded.lost_read_failed, outcome = excluded.outcome, reason = excluded.reason,
         started_at = excluded.started_at, ended_at = excluded.ended_at, overhead = excluded.overhead`,
      [
        column(({ sessionId }) => sessionId),
        column(({ nodeId }) => nodeId),
        column(({ bootEpoch }) => bootEpoch.toString()),
        column(({ firstSeq }) => firstSeq.toString()),
        column(({ lastSeq }) => lastSeq.toString()),
        column(({ produced }) => produced.toString()),
        ...lost,
        column(({ outcome }) => outcome),
        column(({ reason }) => reason),
        column(({ startedAt }) => startedAt),
        column(({ endedAt }) => endedAt),
        column(({ overhead }) => overhead),
        at,
      ],
    );
    await transaction.query(
      `update session_node sn set attached_at = v.started_at
       from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as v (session_id, node_id, started_at)
       where sn.session_id = v.session_id and sn.node_id = v.node_id and sn.attached_at is null and v.started_at is not null`,
      [column(({ sessionId }) => sessionId), column(({ nodeId }) => nodeId), column(({ startedAt }) => startedAt)],
    );
  }
}
