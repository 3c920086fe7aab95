import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What several controllers need of one another. */
export class Replicas1764710000000 implements MigrationInterface {
  readonly name = 'Replicas1764710000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table node_answer, node_question, certificate_authority');
  }
}

const statements = [
  // The one whose certificates the nodes hold: a controller with another could not talk to them.
  `create table certificate_authority (
    singleton boolean primary key default true check (singleton),
    pin text not null
  )`,
  // Of one controller to nodes that are connected to another. Worth nothing after a crash, so nothing is logged.
  `create unlogged table node_question (
    id uuid primary key,
    node_ids uuid[] not null,
    request bytea not null,
    asked_at timestamptz not null
  )`,
  `create unlogged table node_answer (
    question_id uuid not null references node_question on delete cascade,
    node_id uuid not null,
    response bytea,
    primary key (question_id, node_id)
  )`,
];
