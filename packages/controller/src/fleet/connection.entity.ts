import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * The newest connection of a node. `epoch` rises with each connection (fencing: only the holder of the newest may
 * write this row); the node is online while the lease lasts.
 */
@Entity({ name: 'connection' })
export class ConnectionRow {
  @PrimaryColumn({ type: 'uuid', name: 'node_id' })
  nodeId!: string;
  @Column({ type: 'bigint' })
  epoch!: string;
  @Column({ type: 'text' })
  address!: string;
  @Column({ type: 'timestamptz', name: 'connected_at' })
  connectedAt!: Date;
  @Column({ type: 'timestamptz', name: 'last_seen_at' })
  lastSeenAt!: Date;
  @Column({ type: 'timestamptz', name: 'lease_until' })
  leaseUntil!: Date;
}
