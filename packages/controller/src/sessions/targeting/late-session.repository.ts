import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { SessionRow } from '../session.entity.ts';

@Injectable()
export class LateSessionRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** Sessions that take late nodes, and of which this one is no target yet, or was not there when they began. */
  openFor(nodeId: string): Promise<SessionRow[]> {
    return this.database
      .getRepository(SessionRow)
      .createQueryBuilder('session')
      .addSelect('session.programObject')
      .where('session.late and session.wave >= 0 and session.ended_at is null and session.cancelled_at is null')
      .andWhere(
        `not exists (select from session_node sn where sn.session_id = session.id and sn.node_id = :nodeId
           and (sn.state <> 'offline' or sn.attached_at is not null))`,
        { nodeId },
      )
      .getMany();
  }

  /** Keeps it open until the end of the transaction; false where it has ended. */
  async lockOpen(transaction: EntityManager, id: string): Promise<boolean> {
    const rows: unknown[] = await transaction.query(
      'select 1 from session where id = $1 and ended_at is null and cancelled_at is null for no key update',
      [id],
    );
    return rows.length > 0;
  }
}
