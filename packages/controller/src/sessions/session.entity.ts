import type { SessionState } from '@bpfleet/aggregate';
import type { ProgramVariant } from '@bpfleet/tools';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { integer } from '../database/integer.ts';
import type { ProblemDiagnostic } from '../problem/problem.ts';
import type { Rollout } from './rollout/rollout.ts';
import type { SessionTool } from './session-program.ts';
import type { Sample } from './targeting/sample.ts';

/** What to measure, where and for how long, and how far it is. */
@Entity({ name: 'session' })
export class SessionRow {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;
  @Column({ type: 'text' })
  state!: SessionState;
  /** Null where the program is an object. */
  @Column({ type: 'text', name: 'program_source', nullable: true })
  programSource!: string | null;
  /** Of a script, as words of a command line. */
  @Column({ type: 'text', name: 'program_arguments', array: true })
  programArguments!: string[];
  /** Where it is several scripts for different kernels; `programSource` is the first. */
  @Column({ type: 'jsonb', name: 'program_variants', nullable: true })
  programVariants!: ProgramVariant[] | null;
  /** The tool of the library that it is. */
  @Column({ type: 'jsonb', nullable: true })
  tool!: SessionTool | null;
  /** Up to 2 MiB: only read where it is asked for. */
  @Column({ type: 'bytea', name: 'program_object', nullable: true, select: false })
  programObject?: Buffer | null;
  /** `sha256:` and 64 hexadecimal digits. */
  @Column({ type: 'text', name: 'program_digest' })
  programDigest!: string;
  @Column({ type: 'text' })
  selector!: string;
  @Column({ type: 'bigint', name: 'interval_ms', transformer: integer })
  intervalMs!: number;
  @Column({ type: 'bigint', name: 'duration_ms', transformer: integer })
  durationMs!: number;
  /** 0: the agent's own default. */
  @Column({ type: 'bigint', name: 'map_bytes', transformer: integer })
  mapBytes!: number;
  @Column({ type: 'integer' })
  probes!: number;
  /** Fraction of a node's CPU time; 0: no limit. */
  @Column({ type: 'double precision' })
  overhead!: number;
  /** 0: no limit. */
  @Column({ type: 'integer', name: 'events_per_second' })
  eventsPerSecond!: number;
  @Column({ type: 'jsonb' })
  warnings!: ProblemDiagnostic[];
  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
  /** When the first node had attached. */
  @Column({ type: 'timestamptz', name: 'started_at', nullable: true })
  startedAt!: Date | null;
  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true })
  endedAt!: Date | null;
  /** When the agents detach on their own. */
  @Column({ type: 'timestamptz' })
  deadline!: Date;
  @Column({ type: 'timestamptz', name: 'cancelled_at', nullable: true })
  cancelledAt!: Date | null;
  /** How its nodes were drawn; null where all that the selector chose take part. */
  @Column({ type: 'jsonb', nullable: true })
  sample!: Sample | null;
  /** Nodes that come while it runs take part. */
  @Column({ type: 'boolean' })
  late!: boolean;
  /** Null: all nodes at once. */
  @Column({ type: 'jsonb', nullable: true })
  rollout!: Rollout | null;
  /** Higher is first. */
  @Column({ type: 'integer' })
  priority!: number;
  /** What of a node it must have for itself. */
  @Column({ type: 'text', array: true })
  exclusive!: string[];
  /** The newest wave that was told, of `waves`; -1 while it waits for room on its nodes. */
  @Column({ type: 'integer' })
  wave!: number;
  @Column({ type: 'integer' })
  waves!: number;
  /** When that wave was told. */
  @Column({ type: 'timestamptz', name: 'told_at', nullable: true })
  toldAt!: Date | null;
  /** Why the rollout ended before its time. */
  @Column({ type: 'text', nullable: true })
  halted!: string | null;
  /** When all nodes attach; null: as soon as they can. */
  @Column({ type: 'timestamptz', name: 'start_at', nullable: true })
  startAt!: Date | null;
  /** The token and key that it was made with, for repeated requests; the digest is of the request. */
  @Column({ type: 'text', name: 'token_id' })
  tokenId!: string;
  @Column({ type: 'text', name: 'idempotency_key', nullable: true })
  idempotencyKey!: string | null;
  @Column({ type: 'text', name: 'request_digest' })
  requestDigest!: string;
  /** The schedule that made it, which may be gone by now, and when that was due; both null where somebody asked for it. */
  @Column({ type: 'uuid', name: 'schedule_id', nullable: true })
  scheduleId!: string | null;
  @Column({ type: 'timestamptz', name: 'scheduled_for', nullable: true })
  scheduledFor!: Date | null;
}
