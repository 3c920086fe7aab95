import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Beside a large rollup frames wait until they are as large together: writing it anew with each batch cost the square of what a run stores.
 * And when frames of the run were stored last: a node that is sending its backlog is not given up.
 */
export class WaitingFrames1765000000000 implements MigrationInterface {
  readonly name = 'WaitingFrames1765000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `alter table run add waiting_seqs int8multirange not null default '{}', add waiting_bytes integer not null default 0, add stored_at timestamptz`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`update run set rollup = null where waiting_seqs <> '{}'`);
    await runner.query('alter table run drop waiting_seqs, drop waiting_bytes, drop stored_at');
  }
}
