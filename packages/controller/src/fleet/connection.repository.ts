import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** A connection and its fencing token. */
export interface ConnectionKey {
  readonly nodeId: string;
  readonly epoch: bigint;
}

@Injectable()
export class ConnectionRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** Records a new connection of a node, which ends the right of every older one. Returns its epoch. */
  async open(nodeId: string, address: string, now: Date, leaseUntil: Date): Promise<bigint> {
    const [row]: { epoch: string }[] = await this.database.query(
      `insert into connection (node_id, epoch, address, connected_at, last_seen_at, lease_until)
       values ($1, 1, $2, $3, $3, $4)
       on conflict (node_id) do update set epoch = connection.epoch + 1, address = excluded.address,
         connected_at = excluded.connected_at, last_seen_at = excluded.last_seen_at, lease_until = excluded.lease_until
       returning epoch`,
      [nodeId, address, now, leaseUntil],
    );
    return BigInt(row?.epoch ?? 0);
  }

  /** Extends the leases of connections that are alive. Those which are not the newest of their node are left alone. */
  async renew(keys: readonly ConnectionKey[], now: Date, leaseUntil: Date): Promise<void> {
    await this.database.query(
      `update connection c set last_seen_at = $3, lease_until = $4
       from unnest($1::uuid[], $2::bigint[]) as alive (node_id, epoch)
       where c.node_id = alive.node_id and c.epoch = alive.epoch`,
      [keys.map(({ nodeId }) => nodeId), keys.map(({ epoch }) => epoch.toString()), now, leaseUntil],
    );
  }

  /** Ends the lease, unless a newer connection holds it. True if it did. */
  async close(key: ConnectionKey, now: Date): Promise<boolean> {
    const [rows]: [unknown[], number] = await this.database.query(
      'update connection set lease_until = $3 where node_id = $1 and epoch = $2 returning 1',
      [key.nodeId, key.epoch.toString(), now],
    );
    return rows.length > 0;
  }
}
