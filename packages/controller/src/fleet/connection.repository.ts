import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** A connection and its fencing token. */
export interface ConnectionKey {
  readonly nodeId: string;
  readonly epoch: bigint;
}

/** The connections with these keys, locked in an order that all keep: two who lock many in two orders wait for one another. */
const ours = `select c.node_id from connection c join unnest($1::uuid[], $2::bigint[]) as key (node_id, epoch) using (node_id, epoch)
  order by c.node_id for no key update of c`;

@Injectable()
export class ConnectionRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** Records new connections, each of another node, which ends the right of every older one. Returns their epochs, in order. */
  async open(
    through: EntityManager,
    opened: readonly { readonly nodeId: string; readonly address: string }[],
    now: Date,
    leaseUntil: Date,
  ): Promise<bigint[]> {
    const rows: { node_id: string; epoch: string }[] = await through.query(
      `insert into connection (node_id, epoch, address, connected_at, last_seen_at, lease_until)
       select node_id, 1, address, $3, $3, $4 from unnest($1::uuid[], $2::text[]) as opened (node_id, address) order by node_id
       on conflict (node_id) do update set epoch = connection.epoch + 1, address = excluded.address,
         connected_at = excluded.connected_at, last_seen_at = excluded.last_seen_at, lease_until = excluded.lease_until
       returning node_id, epoch`,
      [opened.map(({ nodeId }) => nodeId), opened.map(({ address }) => address), now, leaseUntil],
    );
    const epochs = new Map(rows.map((row) => [row.node_id, BigInt(row.epoch)]));
    return opened.map(({ nodeId }) => epochs.get(nodeId) ?? 0n);
  }

  /** Tells those of these connections whose node has a newer one: what they say is refused. */
  async superseded(through: EntityManager, keys: readonly ConnectionKey[]): Promise<(key: ConnectionKey) => boolean> {
    const rows: { node_id: string; epoch: string }[] = await through.query(
      `select c.node_id, c.epoch from unnest($1::uuid[], $2::bigint[]) as said (node_id, epoch)
       join connection c using (node_id) where c.epoch > said.epoch`,
      columns(keys),
    );
    const newest = new Map(rows.map((row) => [row.node_id, BigInt(row.epoch)]));
    return ({ nodeId, epoch }) => (newest.get(nodeId) ?? epoch) > epoch;
  }

  /** Extends the leases of connections that are alive. Returns the nodes of those which are the newest: others have no lease any more. */
  async renew(keys: readonly ConnectionKey[], now: Date, leaseUntil: Date): Promise<Set<string>> {
    const [rows]: [{ node_id: string }[], number] = await this.database.query(
      `with alive as (${ours}) update connection c set last_seen_at = $3, lease_until = $4
       from alive where c.node_id = alive.node_id returning c.node_id`,
      [...columns(keys), now, leaseUntil],
    );
    return new Set(rows.map(({ node_id }) => node_id));
  }

  /** Ends the leases, but for those that a newer connection holds. Returns the nodes that are offline by that. */
  async close(keys: readonly ConnectionKey[], now: Date): Promise<string[]> {
    const [rows]: [{ node_id: string }[], number] = await this.database.query(
      `with closed as (${ours}) update connection c set lease_until = $3 from closed where c.node_id = closed.node_id
       returning c.node_id`,
      [...columns(keys), now],
    );
    return rows.map(({ node_id }) => node_id);
  }
}

function columns(keys: readonly ConnectionKey[]): [string[], string[]] {
  return [keys.map(({ nodeId }) => nodeId), keys.map(({ epoch }) => epoch.toString())];
}
