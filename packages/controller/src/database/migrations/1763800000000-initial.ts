import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of nodes, sessions and results. */
export class Initial1763800000000 implements MigrationInterface {
  readonly name = 'Initial1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table event, frame, run, manifest, session_node, session, connection, node, token');
  }
}

const statements = [
  `create table token (
    id text primary key,
    kind text not null check (kind in ('join', 'api')),
    name text not null,
    role text,
    secret_hash bytea not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    used_at timestamptz,
    used_by uuid,
    revoked_at timestamptz
  )`,
  `create table node (
    id uuid primary key,
    name text not null unique,
    arch text not null,
    kernel text not null,
    cpus integer not null,
    memory_bytes bigint not null,
    agent_version text not null,
    labels jsonb not null,
    features jsonb not null,
    missing jsonb not null,
    key_digest bytea not null,
    enrolled_at timestamptz not null,
    revoked_at timestamptz
  )`,
  `create table connection (
    node_id uuid primary key references node on delete cascade,
    epoch bigint not null,
    address text not null,
    connected_at timestamptz not null,
    last_seen_at timestamptz not null,
    lease_until timestamptz not null
  )`,
  `create table session (
    id uuid primary key,
    state text not null,
    program_source text,
    program_object bytea,
    program_digest text not null,
    selector text not null,
    interval_ms bigint not null,
    duration_ms bigint not null,
    map_bytes bigint not null,
    probes integer not null,
    overhead double precision not null,
    events_per_second integer not null,
    warnings jsonb not null,
    created_at timestamptz not null,
    started_at timestamptz,
    ended_at timestamptz,
    deadline timestamptz not null,
    cancelled_at timestamptz,
    token_id text not null,
    idempotency_key text,
    request_digest text not null,
    check (num_nonnulls(program_source, program_object) = 1),
    unique (token_id, idempotency_key)
  )`,
  'create index session_by_time on session (created_at desc, id desc)',
  'create index session_unfinished on session (deadline) where ended_at is null',
  `create table session_node (
    session_id uuid not null references session on delete cascade,
    node_id uuid not null,
    name text not null,
    arch text not null,
    kernel text not null,
    labels jsonb not null,
    state text not null,
    reason text,
    diagnostics jsonb not null,
    maps jsonb,
    attached_at timestamptz,
    attach_us bigint,
    connection_lost_at timestamptz,
    ended_at timestamptz,
    primary key (session_id, node_id)
  )`,
  `create index session_node_unfinished on session_node (node_id) where state in ('pending', 'running')`,
  // The agent's own account of one run of a session on it.
  `create table manifest (
    session_id uuid not null,
    node_id uuid not null,
    boot_epoch bigint not null,
    first_seq bigint not null,
    last_seq bigint not null,
    produced bigint not null,
    lost_kernel bigint not null,
    lost_sampled_out bigint not null,
    lost_truncated bigint not null,
    lost_evicted bigint not null,
    lost_map_full bigint not null,
    outcome text not null,
    reason text not null,
    started_at timestamptz,
    ended_at timestamptz,
    overhead double precision,
    received_at timestamptz not null,
    primary key (session_id, node_id, boot_epoch),
    foreign key (session_id, node_id) references session_node on delete cascade
  )`,
  // What of one run is here: which frames, what they add up to.
  `create table run (
    session_id uuid not null,
    node_id uuid not null,
    boot_epoch bigint not null,
    stored_seqs int8multirange not null default '{}',
    refused_seqs int8multirange not null default '{}',
    records bigint not null default 0,
    lost_kernel bigint not null default 0,
    lost_sampled_out bigint not null default 0,
    lost_truncated bigint not null default 0,
    lost_evicted bigint not null default 0,
    lost_map_full bigint not null default 0,
    entries integer not null default 0,
    rollup bytea,
    primary key (session_id, node_id, boot_epoch),
    foreign key (session_id, node_id) references session_node on delete cascade
  )`,
  `create table frame (
    session_id uuid not null,
    node_id uuid not null,
    boot_epoch bigint not null,
    seq bigint not null,
    window_start timestamptz not null,
    window_end timestamptz not null,
    records integer not null,
    payload bytea not null,
    primary key (session_id, node_id, boot_epoch, seq, window_start)
  ) partition by range (window_start)`,
  'create index frame_by_window on frame (session_id, window_start)',
  `create table event (
    id bigint generated always as identity primary key,
    session_id uuid not null,
    node_id uuid not null,
    boot_epoch bigint not null,
    ordinal bigint not null,
    at timestamptz not null,
    type text not null,
    text text not null,
    "values" jsonb not null,
    unique (session_id, node_id, boot_epoch, ordinal),
    foreign key (session_id, node_id) references session_node on delete cascade
  )`,
  'create index event_by_session on event (session_id, id)',
];
