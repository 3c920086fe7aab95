import { Column, Entity, PrimaryColumn } from 'typeorm';
import { integer } from '../database/integer.ts';

/** A machine that enrolled. */
@Entity({ name: 'node' })
export class NodeRow {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;
  /** Unique among the nodes that are not revoked. */
  @Column({ type: 'text' })
  name!: string;
  @Column({ type: 'text' })
  arch!: string;
  @Column({ type: 'text' })
  kernel!: string;
  @Column({ type: 'integer' })
  cpus!: number;
  @Column({ type: 'bigint', name: 'memory_bytes', transformer: integer })
  memoryBytes!: number;
  @Column({ type: 'text', name: 'agent_version' })
  agentVersion!: string;
  @Column({ type: 'jsonb' })
  labels!: Record<string, string>;
  @Column({ type: 'jsonb' })
  features!: string[];
  @Column({ type: 'jsonb' })
  missing!: Record<string, string>;
  /** SHA-256 of the public key that it enrolled with. */
  @Column({ type: 'bytea', name: 'key_digest' })
  keyDigest!: Buffer;
  @Column({ type: 'timestamptz', name: 'enrolled_at' })
  enrolledAt!: Date;
  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
