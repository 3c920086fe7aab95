import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Failed reads of memory, which had been among the truncated values. */
export class ReadFailed1764700000000 implements MigrationInterface {
  readonly name = 'ReadFailed1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table manifest add column lost_read_failed bigint not null default 0');
    await runner.query('alter table run add column lost_read_failed bigint not null default 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table run drop column lost_read_failed');
    await runner.query('alter table manifest drop column lost_read_failed');
  }
}
