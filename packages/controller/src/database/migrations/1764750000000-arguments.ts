import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Arguments of scripts. */
export class Arguments1764750000000 implements MigrationInterface {
  readonly name = 'Arguments1764750000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table session add column program_arguments text[] not null default '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table session drop column program_arguments');
  }
}
