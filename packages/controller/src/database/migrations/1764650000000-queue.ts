import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions that wait for room on their nodes: their wave is -1. */
export class Queue1764650000000 implements MigrationInterface {
  readonly name = 'Queue1764650000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `alter table session add column priority integer not null default 0, add column exclusive text[] not null default '{}'`,
    );
    await runner.query(
      'create index session_queue on session (priority desc, created_at) where wave < 0 and ended_at is null',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table session drop column priority, drop column exclusive');
  }
}
