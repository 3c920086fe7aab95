import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Programs of several variants, and which of them a node took. */
export class Tools1764850000000 implements MigrationInterface {
  readonly name = 'Tools1764850000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table session add column program_variants jsonb, add column tool jsonb');
    await runner.query('alter table session_node add column variant text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table session_node drop column variant');
    await runner.query('alter table session drop column tool, drop column program_variants');
  }
}
