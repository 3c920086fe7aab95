import { Column, Entity, PrimaryColumn } from 'typeorm';
import { integer } from '../database/integer.ts';
import type { Role } from './role.ts';
import type { TokenKind } from './token-text.ts';

@Entity({ name: 'token' })
export class TokenRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;
  @Column({ type: 'text' })
  kind!: TokenKind;
  @Column({ type: 'text' })
  name!: string;
  /** API tokens only. */
  @Column({ type: 'text', nullable: true })
  role!: Role | null;
  @Column({ type: 'bytea', name: 'secret_hash' })
  secretHash!: Buffer;
  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
  @Column({ type: 'timestamptz', name: 'expires_at', nullable: true })
  expiresAt!: Date | null;
  @Column({ type: 'timestamptz', name: 'used_at', nullable: true })
  usedAt!: Date | null;
  /** Join tokens: the node that enrolled with it. */
  @Column({ type: 'uuid', name: 'used_by', nullable: true })
  usedBy!: string | null;
  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
  /** API tokens only: what they are bounded to, as in `TokenBounds`. */
  @Column({ type: 'text', nullable: true })
  nodes!: string | null;
  @Column({ type: 'text', array: true, nullable: true })
  programs!: string[] | null;
  @Column({ type: 'bigint', name: 'max_duration_ms', nullable: true, transformer: integer })
  maxDurationMs!: number | null;
  @Column({ type: 'double precision', name: 'max_overhead', nullable: true })
  maxOverhead!: number | null;
  @Column({ type: 'integer', name: 'max_nodes', nullable: true })
  maxNodes!: number | null;
}
