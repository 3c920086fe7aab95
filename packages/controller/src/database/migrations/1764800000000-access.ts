import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Bounds of tokens, the audit log, names that a revoked node gives back, and keys of schedules that are asked for again. */
export class Access1764800000000 implements MigrationInterface {
  readonly name = 'Access1764800000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index session_by_program');
    await runner.query('alter table schedule drop column idempotency_key, drop column request_digest');
    await runner.query('drop table audit_outbox, audit');
    await runner.query('drop function audit_is_append_only');
    await runner.query('drop index node_name');
    await runner.query('alter table node add unique (name)');
    await runner.query(
      'alter table token drop column nodes, drop column programs, drop column max_duration_ms, drop column max_overhead, drop column max_nodes',
    );
  }
}

const statements = [
  `alter table token add column nodes text, add column programs text[], add column max_duration_ms bigint,
     add column max_overhead double precision, add column max_nodes integer`,
  'alter table node drop constraint node_name_key',
  'create unique index node_name on node (name) where revoked_at is null',
  `create table audit (
    seq bigint primary key,
    at timestamptz not null,
    actor text not null,
    action text not null,
    outcome text not null check (outcome in ('done', 'refused')),
    subject text,
    request_id text,
    detail text not null,
    hash bytea not null
  )`,
  // What was done and is not in the chain yet: it is stored with what it tells, without waiting for others.
  `create table audit_outbox (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    actor text not null,
    action text not null,
    outcome text not null,
    subject text,
    request_id text,
    detail text not null
  )`,
  `create function audit_is_append_only() returns trigger language plpgsql as $$
   begin
     raise exception 'the audit log is append-only';
   end $$`,
  `create trigger audit_unchanged before update or delete on audit for each row execute function audit_is_append_only()`,
  `create trigger audit_untruncated before truncate on audit for each statement execute function audit_is_append_only()`,
  // Schedules made before have no key, and their digest is never compared.
  `alter table schedule add column idempotency_key text, add column request_digest text not null default ''`,
  'alter table schedule add unique (token_id, idempotency_key)',
  'create index session_by_program on session (program_digest, created_at)',
];
