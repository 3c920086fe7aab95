import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

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
}

export interface StoredFrame {
  readonly nodeId: string;
  readonly bootEpoch: string;
  readonly seq: string;
  readonly windowStart: Date;
  readonly payload: Buffer;
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

const framesPerRead = 500;

@Injectable()
export class ResultRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** By name of the node and age of the run. */
  runs(sessionId: string): Promise<RunResult[]> {
    return this.database.query(
      `select sn.node_id as "nodeId", sn.name, sn.arch, sn.kernel, sn.labels, sn.maps::text as maps, run.boot_epoch as "bootEpoch", run.rollup
       from session_node sn join run using (session_id, node_id)
       where session_id = $1 order by sn.name, run.boot_epoch`,
      [sessionId],
    );
  }

  /** Frames of the windows that start in [from, to), by window and then as they were sent. */
  async *frames(sessionId: string, from: Date | null, to: Date | null): AsyncGenerator<StoredFrame> {
    let after: unknown[] = ['-infinity', '00000000-0000-0000-0000-000000000000', '-1', '-1'];
    for (;;) {
      const page: StoredFrame[] = await this.database.query(
        `select node_id as "nodeId", boot_epoch as "bootEpoch", seq, window_start as "windowStart", payload
         from frame where session_id = $1 and ($2::timestamptz is null or window_start >= $2)
           and ($3::timestamptz is null or window_start < $3)
           and (window_start, node_id, boot_epoch, seq) > ($4::timestamptz, $5::uuid, $6::bigint, $7::bigint)
         order by window_start, node_id, boot_epoch, seq limit ${framesPerRead}`,
        [sessionId, from, to, ...after],
      );
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < framesPerRead) {
        return;
      }
      after = [last.windowStart, last.nodeId, last.bootEpoch, last.seq];
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
