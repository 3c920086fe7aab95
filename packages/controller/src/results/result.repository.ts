import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { int8Array } from '../database/binary-array.ts';
import { type PackedFrame, packedFrame, unpackFrames } from './packed-frames.ts';
import { parseSeqRanges } from './seq-ranges.ts';
import { storedPayloads } from './stored-payloads.ts';

/** A run of a session on a node, with what is needed to read its maps. */
export interface RunResult {
  readonly nodeId: string;
  readonly name: string;
  readonly arch: string;
  readonly kernel: string;
  readonly labels: Record<string, string>;
  /** As JSON: nodes of one kernel have the same text. */
  readonly maps: string | null;
  readonly bootEpoch: string;
  readonly rollup: Buffer | null;
  /** Frames that the rollup has not yet, as PostgreSQL writes a multirange. */
  readonly waiting: string;
}

/** Something that was printed, as it is stored. */
export interface StoredEvent {
  readonly id: string;
  readonly node: string;
  readonly at: Date;
  readonly type: 'printf' | 'value' | 'map';
  readonly text: string;
  readonly values: (number | string)[];
}

/** Which events are wanted; null: all. */
export interface EventFilter {
  /** Name of the node. */
  readonly node: string | null;
  /** [from, to) */
  readonly from: Date | null;
  readonly to: Date | null;
}

/** A page of frames: PostgreSQL makes no value of more than 1 GB, of which text takes half. */
const framesPerRead = 1_000;
const bytesPerRead = 16 * 1024 * 1024;

@Injectable()
export class ResultRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** By name of the node and age of the run. */
  runs(sessionId: string): Promise<RunResult[]> {
    return this.database.query(
      `select sn.node_id as "nodeId", sn.name, sn.arch, sn.kernel, sn.labels, sn.maps::text as maps, run.boot_epoch as "bootEpoch", run.rollup,
         run.waiting_seqs::text as waiting
       from session_node sn join run using (session_id, node_id)
       where session_id = $1 order by sn.name, run.boot_epoch`,
      [sessionId],
    );
  }

  /** Payloads of the frames that wait beside the run's rollup, in order. */
  waiting(sessionId: string, { nodeId, bootEpoch, waiting }: RunResult): AsyncGenerator<Buffer> {
    return storedPayloads(this.database, { sessionId, nodeId, bootEpoch: BigInt(bootEpoch) }, parseSeqRanges(waiting));
  }

  /**
   * Frames of the windows that start in [from, to), by window, run and then as they were sent, in pages. `run` is the place of the frame's run among
   * `runs`, from 1; 0 where it is none of them.
   */
  async *frames(
    sessionId: string,
    runs: readonly RunResult[],
    from: Date | null,
    to: Date | null,
  ): AsyncGenerator<PackedFrame[]> {
    const keys = [runs.map(({ nodeId }) => nodeId), int8Array(runs.map(({ bootEpoch }) => BigInt(bootEpoch)))];
    const start = (from ?? new Date(0)).getTime();
    let after: PackedFrame = { windowStart: start, run: -1, seq: 0n, payload: new Uint8Array() };
    let readOfWindow = 0;
    for (;;) {
      // The windows that a page can reach are found first: else all to the end would be sorted for each page.
      const [row]: { page: Buffer | null; found: number }[] = await this.database.query(
        `select string_agg(${packedFrame}, '' order by window_start, run, seq) filter (where bytes_before < ${bytesPerRead}) as page,
           count(*)::integer as found
         from (select *, sum(length(payload)) over (order by window_start, run, seq) - length(payload) as bytes_before from (
           select window_start, seq, coalesce(run, 0)::integer as run, payload
           from frame left join unnest($2::uuid[], $3::bigint[]) with ordinality as wanted (node_id, boot_epoch, run)
             using (node_id, boot_epoch)
           where session_id = $1 and window_start >= $5 and ($4::timestamptz is null or window_start < $4)
             and window_start <= coalesce((select window_start from frame where session_id = $1 and window_start >= $5
               order by window_start offset $8 limit 1), 'infinity')
             and (window_start, coalesce(run, 0), seq) > ($5::timestamptz, $6::bigint, $7::bigint)
           order by window_start, coalesce(run, 0), seq limit ${framesPerRead}) as each) as measured`,
        [
          ...[sessionId, ...keys, to, new Date(after.windowStart), after.run, after.seq.toString()],
          framesPerRead + readOfWindow,
        ],
      );
      const page = [...unpackFrames(row?.page ?? Buffer.alloc(0))];
      for (const frame of page) {
        readOfWindow = frame.windowStart === after.windowStart ? readOfWindow + 1 : 1;
        after = frame;
      }
      yield page;
      if (row === undefined || (row.found < framesPerRead && page.length === row.found)) {
        return;
      }
    }
  }

  /** In the order in which they became known here, after `after`. */
  events(sessionId: string, after: bigint, limit: number, { node, from, to }: EventFilter): Promise<StoredEvent[]> {
    return this.database.query(
      `select event.id, sn.name as node, event.at, event.type, event.text, event."values"
       from event join session_node sn using (session_id, node_id)
       where session_id = $1 and event.id > $2 and ($4::text is null or sn.name = $4)
         and ($5::timestamptz is null or event.at >= $5) and ($6::timestamptz is null or event.at < $6)
       order by event.id limit $3`,
      [sessionId, after.toString(), limit, node, from, to],
    );
  }

  /** Events of [from, to). */
  async countEvents(sessionId: string, from: Date | null, to: Date | null): Promise<number> {
    const [row]: { count: string }[] = await this.database.query(
      `select count(*) from event where session_id = $1 and ($2::timestamptz is null or at >= $2) and ($3::timestamptz is null or at < $3)`,
      [sessionId, from, to],
    );
    return Number(row?.count ?? 0);
  }

  /** By the time at which they were printed. */
  eventsByTime(sessionId: string, from: Date | null, to: Date | null, limit: number): Promise<StoredEvent[]> {
    return this.database.query(
      `select event.id, sn.name as node, event.at, event.type, event.text, event."values"
       from event join session_node sn using (session_id, node_id)
       where session_id = $1 and ($2::timestamptz is null or event.at >= $2) and ($3::timestamptz is null or event.at < $3)
       order by event.at, sn.name, event.ordinal limit $4`,
      [sessionId, from, to, limit],
    );
  }
}
