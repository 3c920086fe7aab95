import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A run is written anew with each batch of its frames: its total stays in the row as it is, up to 8 KB (compressing it each time costs more
 * than the rest), and a page has room for the next version, which then needs no new entry in the index.
 */
export class RunStorage1764900000000 implements MigrationInterface {
  readonly name = 'RunStorage1764900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table run set (toast_tuple_target = 8160, fillfactor = 50)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table run reset (toast_tuple_target, fillfactor)');
  }
}
