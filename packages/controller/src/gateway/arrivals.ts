import { connectionTimes } from '@bpfleet/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BatchQueue } from '../database/batch-queue.ts';
import { type ConnectionKey, ConnectionRepository } from '../fleet/connection.repository.ts';
import { NodeRepository } from '../fleet/node.repository.ts';
import type { NodeFacts } from '../fleet/node-info.ts';
import { SessionRepository } from '../sessions/session.repository.ts';

const { leaseMs } = connectionTimes;
/** Nodes of one transaction. */
const maxWeight = 1_000;

interface Arrival {
  readonly nodeId: string;
  readonly facts: NodeFacts;
  readonly address: string;
}

/** Records that nodes come and go. After a restart of a controller a whole fleet comes at the same time. */
@Injectable()
export class Arrivals {
  private readonly arriving = new BatchQueue<Arrival, bigint>(
    { maxWeight, keyOf: ({ nodeId }) => nodeId },
    (arrivals) => this.record(arrivals),
  );
  private readonly leaving = new BatchQueue<ConnectionKey, undefined>(
    { maxWeight, keyOf: ({ nodeId }) => nodeId },
    (keys) => this.end(keys),
  );

  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(NodeRepository) private readonly nodes: NodeRepository,
    @Inject(ConnectionRepository) private readonly connections: ConnectionRepository,
    @Inject(SessionRepository) private readonly sessions: SessionRepository,
  ) {}

  /** Returns the connection's epoch, by which every older connection of the node loses its right. */
  arrived(arrival: Arrival): Promise<bigint> {
    return this.arriving.submit(arrival);
  }

  /** The connection has ended; a newer one of the node is left alone. */
  left(key: ConnectionKey): Promise<void> {
    return this.leaving.submit(key);
  }

  private record(arrivals: readonly Arrival[]): Promise<bigint[]> {
    return this.database.transaction(async (transaction) => {
      await this.nodes.update(transaction, arrivals);
      const now = Date.now();
      return this.connections.open(transaction, arrivals, new Date(now), new Date(now + leaseMs));
    });
  }

  private async end(keys: readonly ConnectionKey[]): Promise<undefined[]> {
    const now = new Date();
    const offline = await this.connections.close(keys, now);
    if (offline.length > 0) {
      await this.sessions.connectionsLost(offline, now);
    }
    return keys.map(() => undefined);
  }
}
