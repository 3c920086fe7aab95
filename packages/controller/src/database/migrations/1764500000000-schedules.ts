import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Schedules, their firings, and which session is whose. */
export class Schedules1764500000000 implements MigrationInterface {
  readonly name = 'Schedules1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table session drop column schedule_id, drop column scheduled_for');
    await runner.query('drop table schedule_firing, schedule');
  }
}

const statements = [
  `create table schedule (
    id uuid primary key,
    name text not null,
    timing jsonb not null,
    overlap text not null check (overlap in ('skip', 'queue', 'replace')),
    missed text not null check (missed in ('run-once', 'skip')),
    program_source text,
    program_object bytea,
    program_digest text not null,
    request jsonb not null,
    token_id text not null,
    created_at timestamptz not null,
    paused_at timestamptz,
    next_due timestamptz,
    check (num_nonnulls(program_source, program_object) = 1)
  )`,
  'create index schedule_by_time on schedule (created_at desc, id desc)',
  'create index schedule_due on schedule (next_due) where paused_at is null',
  // The claim on an instant: there is one row for it, whoever comes first.
  `create table schedule_firing (
    schedule_id uuid not null references schedule on delete cascade,
    due timestamptz not null,
    state text not null check (state in ('starting', 'waiting', 'started', 'skipped', 'missed', 'failed')),
    lease_until timestamptz,
    session_id uuid,
    reason text,
    decided_at timestamptz not null,
    primary key (schedule_id, due)
  )`,
  `create index schedule_firing_open on schedule_firing (state, lease_until) where state in ('starting', 'waiting')`,
  // A session outlives its schedule: no foreign key.
  'alter table session add column schedule_id uuid, add column scheduled_for timestamptz',
  'alter table session add unique (schedule_id, scheduled_for)',
  'create index session_by_schedule on session (schedule_id, created_at desc, id desc) where schedule_id is not null',
];
