import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Samples of nodes, rollout in waves, nodes that come late. */
export class Rollout1764600000000 implements MigrationInterface {
  readonly name = 'Rollout1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table session_node drop column wave, drop column duration_ms, drop column joined_after_ms',
    );
    await runner.query(
      'alter table session drop column sample, drop column late, drop column rollout, drop column wave, drop column waves, drop column told_at, drop column halted, drop column start_at',
    );
  }
}

const statements = [
  `alter table session
     add column sample jsonb,
     add column late boolean not null default false,
     add column rollout jsonb,
     add column wave integer not null default 0,
     add column waves integer not null default 1,
     add column told_at timestamptz,
     add column halted text,
     add column start_at timestamptz`,
  `alter table session_node
     add column wave integer not null default 0,
     add column duration_ms bigint,
     add column joined_after_ms bigint`,
  'create index session_rollout on session (told_at) where rollout is not null and ended_at is null',
  'create index session_late on session (deadline) where late and ended_at is null',
];
