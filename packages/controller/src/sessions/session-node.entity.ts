import type { NodeAnswerState } from '@bpfleet/aggregate';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { integer } from '../database/integer.ts';
import type { ProblemDiagnostic } from '../problem/problem.ts';

/** A target of a session: what the node was then, and how it fared. */
@Entity({ name: 'session_node' })
export class SessionNodeRow {
  @PrimaryColumn({ type: 'uuid', name: 'session_id' })
  sessionId!: string;
  @PrimaryColumn({ type: 'uuid', name: 'node_id' })
  nodeId!: string;
  @Column({ type: 'text' })
  name!: string;
  @Column({ type: 'text' })
  arch!: string;
  @Column({ type: 'text' })
  kernel!: string;
  @Column({ type: 'jsonb' })
  labels!: Record<string, string>;
  @Column({ type: 'text' })
  state!: NodeAnswerState;
  @Column({ type: 'text', nullable: true })
  reason!: string | null;
  @Column({ type: 'jsonb' })
  diagnostics!: ProblemDiagnostic[];
  /** Schemas of its maps, as protobuf JSON; null until the node has told them. */
  @Column({ type: 'jsonb', nullable: true })
  maps!: object[] | null;
  @Column({ type: 'timestamptz', name: 'attached_at', nullable: true })
  attachedAt!: Date | null;
  /** Which of several variants of a program it took. */
  @Column({ type: 'text', nullable: true })
  variant!: string | null;
  /** Microseconds from receipt of the assignment to the last probe attached. */
  @Column({ type: 'bigint', name: 'attach_us', nullable: true })
  attachUs!: string | null;
  /** It is told once the session has come to this wave. */
  @Column({ type: 'integer' })
  wave!: number;
  /** Of one that came late: what was left of the session's time, and how much had passed. */
  @Column({ type: 'bigint', name: 'duration_ms', nullable: true, transformer: integer })
  durationMs!: number | null;
  @Column({ type: 'bigint', name: 'joined_after_ms', nullable: true, transformer: integer })
  joinedAfterMs!: number | null;
  @Column({ type: 'timestamptz', name: 'connection_lost_at', nullable: true })
  connectionLostAt!: Date | null;
  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}
