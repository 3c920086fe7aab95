import type { ProgramVariant } from '@bpfleet/tools';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Course } from '../sessions/course.ts';
import type { SessionTool } from '../sessions/session-program.ts';
import type { SessionRequest } from '../sessions/session-request.ts';
import type { MissedPolicy } from './decide-due.ts';
import type { OverlapPolicy } from './decide-overlap.ts';
import type { Timing } from './timing.ts';

/** What is measured again and again, and when. */
@Entity({ name: 'schedule' })
export class ScheduleRow {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;
  @Column({ type: 'text' })
  name!: string;
  @Column({ type: 'jsonb' })
  timing!: Timing;
  @Column({ type: 'text' })
  overlap!: OverlapPolicy;
  @Column({ type: 'text' })
  missed!: MissedPolicy;
  /** Null where the program is an object. Only read where it is asked for, as the object is. */
  @Column({ type: 'text', name: 'program_source', nullable: true, select: false })
  programSource?: string | null;
  @Column({ type: 'bytea', name: 'program_object', nullable: true, select: false })
  programObject?: Buffer | null;
  /** `sha256:` and 64 hexadecimal digits. */
  @Column({ type: 'text', name: 'program_digest' })
  programDigest!: string;
  @Column({ type: 'jsonb' })
  request!: Omit<SessionRequest, 'program' | 'course' | 'priority'> & {
    readonly kind: SessionRequest['program']['kind'];
    /** Those of before there were rollouts and a queue have none. */
    readonly course?: Course;
    readonly priority?: number;
    readonly arguments?: readonly string[];
    readonly variants?: readonly ProgramVariant[];
    readonly tool?: SessionTool;
  };
  /** Its sessions run in the name of this token, and only while that may run any. */
  @Column({ type: 'text', name: 'token_id' })
  tokenId!: string;
  /** The caller's own name for the request that made it, and what was asked for, for repeated requests. */
  @Column({ type: 'text', name: 'idempotency_key', nullable: true })
  idempotencyKey!: string | null;
  @Column({ type: 'text', name: 'request_digest' })
  requestDigest!: string;
  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
  @Column({ type: 'timestamptz', name: 'paused_at', nullable: true })
  pausedAt!: Date | null;
  /** Null where nothing follows. */
  @Column({ type: 'timestamptz', name: 'next_due', nullable: true })
  nextDue!: Date | null;
}
