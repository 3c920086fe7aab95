import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { attachMs } from '../rollout/rollout.ts';
import type { Admitted, Waiting } from './plan-queue.ts';

/** Of pg_advisory_xact_lock: whoever has it admits sessions. */
const admissionLock = 0x62_70_66_51;

@Injectable()
export class QueueRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  async anyWaits(): Promise<boolean> {
    const [row]: { waits: boolean }[] = await this.database.query(
      'select exists (select from session where wave < 0 and ended_at is null) as waits',
    );
    return row?.waits === true;
  }

  /** Until the end of the transaction nobody else admits sessions. */
  async lock(transaction: EntityManager): Promise<void> {
    await transaction.query('select pg_advisory_xact_lock($1)', [admissionLock]);
  }

  /** Sessions that have their nodes, and those that wait for them, in the order of their turns. */
  async sessions(
    manager: EntityManager = this.database.manager,
  ): Promise<{ admitted: Admitted[]; waiting: Waiting[] }> {
    const rows: QueueRow[] = await manager.query(
      `select s.id, s.wave < 0 as waits, s.overhead, s.exclusive, s.duration_ms, s.deadline, array_agg(sn.node_id) as nodes
       from session s join session_node sn on sn.session_id = s.id and sn.state in ('pending', 'running')
       where s.ended_at is null and s.cancelled_at is null
       group by s.id order by s.priority desc, s.created_at, s.id`,
    );
    const [waiting = [], admitted = []] = [true, false].map((waits) => rows.filter((row) => row.waits === waits));
    return {
      admitted: admitted.map((row) => ({ ...demandOf(row), until: row.deadline.getTime() })),
      waiting: waiting.map((row) => ({ ...demandOf(row), durationMs: attachMs + Number(row.duration_ms) })),
    };
  }

  /** Gives sessions their nodes: those of the first wave are to run them from now on. */
  async admit(transaction: EntityManager, ids: readonly string[], now: Date): Promise<void> {
    await transaction.query(
      `update session set wave = 0, told_at = $2,
         deadline = greatest($2, start_at) + ($3::float8 + duration_ms) * interval '1 millisecond'
       where id = any($1::uuid[])`,
      [ids, now, attachMs],
    );
  }
}

interface QueueRow {
  readonly id: string;
  readonly waits: boolean;
  readonly overhead: number;
  readonly exclusive: string[];
  readonly duration_ms: string;
  readonly deadline: Date;
  readonly nodes: string[];
}

function demandOf({ id, nodes, overhead, exclusive }: QueueRow) {
  return { id, nodes, overhead, exclusive };
}
