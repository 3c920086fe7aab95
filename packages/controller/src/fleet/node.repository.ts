import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { NodeRow } from './node.entity.ts';
import type { NodeFacts } from './node-info.ts';

/** A node with what its connection and its sessions say. */
export interface NodeStatus extends NodeRow {
  readonly online: boolean;
  readonly address: string | null;
  readonly lastSeenAt: Date | null;
  /** Sessions running there now. */
  readonly running: number;
}

const statusColumns = `n.id, n.name, n.arch, n.kernel, n.cpus, n.memory_bytes::float8 as "memoryBytes", n.agent_version as "agentVersion",
  n.labels, n.features, n.missing, n.enrolled_at as "enrolledAt", n.revoked_at as "revokedAt", n.key_digest as "keyDigest",
  coalesce(c.lease_until > now(), false) as online, c.address, c.last_seen_at as "lastSeenAt",
  (select count(*) from session_node sn where sn.node_id = n.id and sn.state = 'running')::int as running`;

@Injectable()
export class NodeRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** The name given, or with a number where another node has it. */
  async insert(transaction: EntityManager, id: string, facts: NodeFacts, keyDigest: Buffer, at: Date): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      const name = attempt === 1 ? facts.name : `${facts.name}-${attempt}`;
      const rows: unknown[] = await transaction.query(
        `insert into node (id, name, arch, kernel, cpus, memory_bytes, agent_version, labels, features, missing, key_digest, enrolled_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (name) where revoked_at is null do nothing returning 1`,
        [id, name, ...columns(facts), keyDigest, at],
      );
      if (rows.length > 0) {
        return name;
      }
    }
  }

  /** What nodes say when they connect: a new kernel or agent, other labels. Their names stay. */
  async update(
    through: EntityManager,
    nodes: readonly { readonly nodeId: string; readonly facts: NodeFacts }[],
  ): Promise<void> {
    const rows = nodes.map(({ facts }) => columns(facts));
    await through.query(
      `update node set arch = v.arch, kernel = v.kernel, cpus = v.cpus, memory_bytes = v.memory_bytes,
         agent_version = v.agent_version, labels = v.labels::jsonb, features = v.features::jsonb, missing = v.missing::jsonb
       from unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[])
         as v (id, arch, kernel, cpus, memory_bytes, agent_version, labels, features, missing)
       where node.id = v.id`,
      [nodes.map(({ nodeId }) => nodeId), ...[0, 1, 2, 3, 4, 5, 6, 7].map((column) => rows.map((row) => row[column]))],
    );
  }

  /** False where it was revoked before. */
  async revoke(transaction: EntityManager, id: string, at: Date): Promise<boolean> {
    const [rows]: [unknown[], number] = await transaction.query(
      'update node set revoked_at = $2 where id = $1 and revoked_at is null returning 1',
      [id, at],
    );
    return rows.length > 0;
  }

  /** Which of these were revoked. */
  async revokedAmong(ids: readonly string[]): Promise<string[]> {
    const rows: { id: string }[] = await this.database.query(
      'select id from node where id = any($1::uuid[]) and revoked_at is not null',
      [ids],
    );
    return rows.map(({ id }) => id);
  }

  /** Also a revoked one. */
  find(id: string): Promise<NodeRow | null> {
    return this.database.getRepository(NodeRow).findOneBy({ id });
  }

  /** All that are not revoked, by name. */
  statuses(): Promise<NodeStatus[]> {
    return this.database.query(
      `select ${statusColumns} from node n left join connection c on c.node_id = n.id where n.revoked_at is null order by n.name collate "C"`,
    );
  }

  /** By identifier or name. */
  async status(idOrName: string): Promise<NodeStatus | undefined> {
    const rows: NodeStatus[] = await this.database.query(
      `select ${statusColumns} from node n left join connection c on c.node_id = n.id
       where n.revoked_at is null and (n.id::text = $1 or n.name = $1)`,
      [idOrName],
    );
    return rows[0];
  }
}

function columns(facts: NodeFacts): unknown[] {
  return [
    facts.arch,
    facts.kernel,
    facts.cpus,
    facts.memoryBytes,
    facts.agentVersion,
    JSON.stringify(facts.labels),
    JSON.stringify(facts.features),
    JSON.stringify(facts.missing),
  ];
}
