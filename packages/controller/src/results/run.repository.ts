import type { LossCounts, MapSchema } from '@bpfleet/aggregate';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { byteaArray, int4Array, int8Array, timestamptzArray } from '../database/binary-array.ts';
import { chunks, placeholders } from '../database/rows.ts';
import type { Target } from '../sessions/settlement.ts';
import { Rollup } from './rollup.ts';
import type { CheckedFrame, RunKey } from './run.ts';
import { nothingWaits, type Rolling, type RunProgress } from './run-progress.ts';
import { formatSeqRanges, parseSeqRanges } from './seq-ranges.ts';
import { storedText, storedValues } from './stored-event.ts';
import { storedPayloads } from './stored-payloads.ts';

const rowsPerStatement = 1_000;
/** A rollup up to this is read and written with each batch of the run's frames. */
const maxSmallRollup = 1024 * 1024;

/** Rows of run, frame and event, always inside the caller's transaction. */
@Injectable()
export class RunRepository {
  constructor(private readonly maxSmall = maxSmallRollup) {}

  /** The runs, made where they are new, and locked until the transaction ends; in the order of the keys. */
  async lock(transaction: EntityManager, keys: readonly RunKey[]): Promise<RunProgress[]> {
    const present = await this.lockPresent(transaction, keys);
    if (present.length === keys.length) {
      return present;
    }
    await transaction.query(
      `insert into run (session_id, node_id, boot_epoch)
       select * from unnest($1::uuid[], $2::uuid[], $3::bigint[]) order by 1, 2, 3 on conflict do nothing`,
      keyColumns(keys),
    );
    return this.lockPresent(transaction, keys);
  }

  async save(transaction: EntityManager, runs: readonly RunProgress[], at: Date): Promise<void> {
    const lost = (name: keyof LossCounts) => int8Array(runs.map((run) => run.lost[name]));
    await transaction.query(
      `update run set stored_seqs = v.stored::int8multirange, refused_seqs = v.refused::int8multirange, records = v.records,
         lost_kernel = v.k, lost_sampled_out = v.s, lost_truncated = v.t, lost_evicted = v.e, lost_map_full = v.m,
         lost_read_failed = v.f, entries = v.entries, rollup = case when v.kept then run.rollup else v.rollup end,
         waiting_seqs = v.waiting::int8multirange, waiting_bytes = v.waiting_bytes, stored_at = $18
       from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[],
         $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::integer[], $14::bytea[], $15::boolean[], $16::text[], $17::integer[])
         as v (session_id, node_id, boot_epoch, stored, refused, records, k, s, t, e, m, f, entries, rollup, kept, waiting, waiting_bytes)
       where run.session_id = v.session_id and run.node_id = v.node_id and run.boot_epoch = v.boot_epoch`,
      [
        ...keyColumns(runs.map(({ key }) => key)),
        runs.map(({ storedSeqs }) => formatSeqRanges(storedSeqs)),
        runs.map(({ refusedSeqs }) => formatSeqRanges(refusedSeqs)),
        int8Array(runs.map(({ records }) => records)),
        ...[
          lost('kernel'),
          lost('sampledOut'),
          lost('truncated'),
          lost('evicted'),
          lost('mapFull'),
          lost('readFailed'),
        ],
        int4Array(runs.map(({ entries }) => entries)),
        byteaArray(runs.map(({ rollup }) => (rollup instanceof Uint8Array ? rollup : null))),
        runs.map(({ rollup }) => rollup !== null && !(rollup instanceof Uint8Array)),
        runs.map(({ waitingSeqs }) => formatSeqRanges(waitingSeqs)),
        int4Array(runs.map(({ waitingBytes }) => waitingBytes)),
        at,
      ],
    );
  }

  /** Law: what is stored is stored once; the primary key holds it even if a run's ranges were wrong. */
  async insertFrames(
    transaction: EntityManager,
    runs: readonly { readonly key: RunKey; readonly frames: readonly CheckedFrame[] }[],
  ): Promise<void> {
    const frames = runs.flatMap((run) => run.frames);
    if (frames.length === 0) {
      return;
    }
    // Of each frame the place of its run among the keys: they are long, and arrays count from 1.
    const places = runs.flatMap((run, index) => run.frames.map(() => index + 1));
    await transaction.query(
      `insert into frame (session_id, node_id, boot_epoch, seq, window_start, window_end, records, payload)
       select ($1::uuid[])[run], ($2::uuid[])[run], ($3::bigint[])[run], seq, window_start, window_end, records, payload
       from unnest($4::integer[], $5::bigint[], $6::timestamptz[], $7::timestamptz[], $8::integer[], $9::bytea[])
         as each (run, seq, window_start, window_end, records, payload)
       on conflict do nothing`,
      [
        ...keyColumns(runs.map(({ key }) => key)),
        int4Array(places),
        int8Array(frames.map(({ seq }) => seq)),
        timestamptzArray(frames.map(({ windowStart }) => windowStart)),
        timestamptzArray(frames.map(({ windowEnd }) => windowEnd)),
        int4Array(frames.map(({ records }) => records)),
        byteaArray(frames.map(({ payload }) => payload)),
      ],
    );
  }

  /**
   * Readers follow events by their id, so ids of a session must become visible in order: whoever inserts holds the
   * session's lock until it commits.
   */
  async insertEvents(
    transaction: EntityManager,
    runs: readonly { readonly key: RunKey; readonly frames: readonly CheckedFrame[] }[],
  ): Promise<void> {
    const events = runs.flatMap(({ key, frames }) =>
      frames.flatMap((frame) => frame.events.map((event) => ({ key, event }))),
    );
    if (events.length === 0) {
      return;
    }
    for (const session of [...new Set(events.map(({ key }) => key.sessionId))].sort()) {
      await transaction.query(`select pg_advisory_xact_lock(hashtextextended('event ' || $1, 0))`, [session]);
    }
    const casts = ['::uuid', '::uuid', '::bigint', '::bigint', '::timestamptz', '', '', '::jsonb'];
    for (const part of chunks(events, rowsPerStatement)) {
      await transaction.query(
        `insert into event (session_id, node_id, boot_epoch, ordinal, at, type, text, "values")
         values ${placeholders(part.length, casts)} on conflict do nothing`,
        part.flatMap(({ key, event }) => [
          key.sessionId,
          key.nodeId,
          key.bootEpoch.toString(),
          event.ordinal.toString(),
          new Date(Number(event.at / 1_000_000n)),
          event.type,
          storedText(event.text),
          JSON.stringify(storedValues(event.values)),
        ]),
      );
    }
  }

  /** The rollup of a run from its stored frames, in order: from all, or from what there is and those that wait beside it. */
  async roll(
    transaction: EntityManager,
    run: RunProgress,
    schemas: readonly MapSchema[],
    rolling: Exclude<Rolling, 'none'>,
  ): Promise<RunProgress> {
    const rollup = new Rollup(schemas);
    const wanted = rolling === 'all' ? run.storedSeqs : run.waitingSeqs;
    if (rolling === 'waiting') {
      rollup.fold(await this.readRollup(transaction, run.key));
    }
    for await (const payload of storedPayloads(transaction, run.key, wanted)) {
      rollup.foldStored(payload);
    }
    return { ...run, ...nothingWaits, rollup: rollup.encode(), entries: rollup.countEntries() };
  }

  private async readRollup(transaction: EntityManager, { sessionId, nodeId, bootEpoch }: RunKey): Promise<Buffer> {
    const [row]: { rollup: Buffer | null }[] = await transaction.query(
      'select rollup from run where session_id = $1 and node_id = $2 and boot_epoch = $3',
      [sessionId, nodeId, bootEpoch.toString()],
    );
    return row?.rollup ?? Buffer.alloc(0);
  }

  private async lockPresent(transaction: EntityManager, keys: readonly RunKey[]): Promise<RunProgress[]> {
    const rows: RunRow[] = await transaction.query(
      `select run.session_id, run.node_id, run.boot_epoch, records, lost_kernel, lost_sampled_out, lost_truncated, lost_evicted,
         lost_map_full, lost_read_failed, entries, waiting_bytes, stored_seqs::text as stored, refused_seqs::text as refused,
         waiting_seqs::text as waiting, octet_length(rollup) as bytes,
         case when octet_length(rollup) <= ${this.maxSmall} then rollup end as rollup
       from run join unnest($1::uuid[], $2::uuid[], $3::bigint[]) as wanted (session_id, node_id, boot_epoch)
         using (session_id, node_id, boot_epoch)
       order by session_id, node_id, boot_epoch for update of run`,
      keyColumns(keys),
    );
    return rows.map(fromRow);
  }

  /** Runs of these parts that hold frames which no rollup has yet. */
  async unrolled(transaction: EntityManager, parts: readonly Target[]): Promise<RunKey[]> {
    const rows: { session_id: string; node_id: string; boot_epoch: string }[] = await transaction.query(
      `select distinct session_id, node_id, boot_epoch from run
       join unnest($1::uuid[], $2::uuid[]) as part (session_id, node_id) using (session_id, node_id)
       where rollup is null and stored_seqs <> '{}'`,
      [parts.map(({ sessionId }) => sessionId), parts.map(({ nodeId }) => nodeId)],
    );
    return rows.map((row) => ({ sessionId: row.session_id, nodeId: row.node_id, bootEpoch: BigInt(row.boot_epoch) }));
  }
}

function keyColumns(keys: readonly RunKey[]): [string[], string[], Buffer] {
  return [
    keys.map(({ sessionId }) => sessionId),
    keys.map(({ nodeId }) => nodeId),
    int8Array(keys.map(({ bootEpoch }) => bootEpoch)),
  ];
}

interface RunRow {
  readonly session_id: string;
  readonly node_id: string;
  readonly boot_epoch: string;
  readonly stored: string;
  readonly refused: string;
  readonly records: string;
  readonly lost_kernel: string;
  readonly lost_sampled_out: string;
  readonly lost_truncated: string;
  readonly lost_evicted: string;
  readonly lost_map_full: string;
  readonly lost_read_failed: string;
  readonly entries: number;
  readonly bytes: number | null;
  /** null where it is too large, too. */
  readonly rollup: Buffer | null;
  readonly waiting: string;
  readonly waiting_bytes: number;
}

function fromRow(row: RunRow): RunProgress {
  return {
    key: { sessionId: row.session_id, nodeId: row.node_id, bootEpoch: BigInt(row.boot_epoch) },
    storedSeqs: parseSeqRanges(row.stored),
    refusedSeqs: parseSeqRanges(row.refused),
    records: BigInt(row.records),
    lost: {
      kernel: BigInt(row.lost_kernel),
      sampledOut: BigInt(row.lost_sampled_out),
      truncated: BigInt(row.lost_truncated),
      evicted: BigInt(row.lost_evicted),
      mapFull: BigInt(row.lost_map_full),
      readFailed: BigInt(row.lost_read_failed),
    },
    entries: row.entries,
    rollup: row.rollup ?? (row.bytes === null ? null : { bytes: row.bytes }),
    waitingSeqs: parseSeqRanges(row.waiting),
    waitingBytes: row.waiting_bytes,
  };
}
