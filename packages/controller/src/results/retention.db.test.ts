import { randomUUID } from 'node:crypto';
import { createLogger } from '@bpfleet/runtime';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AuditLog } from '../audit/audit-log.ts';
import { ResultsBySessionDay1764950000000 } from '../database/migrations/1764950000000-results-by-session-day.ts';
import { dayMs, newSessionId } from '../sessions/session-id.ts';
import { startTestServer, type TestServer } from '../testing/test-controller.ts';
import type { Retention } from './plan-retention.ts';
import { ResultPartitions } from './result-partitions.ts';
import { ResultRetention } from './retention.ts';

const now = new Date();
let server: TestServer;
let database: DataSource;
let partitions: ResultPartitions;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  database = (await server.database()).source;
  partitions = new ResultPartitions(database);
});

/** A session of so many days ago with a frame, an event and a rollup. */
async function session(daysAgo: number, state: 'running' | 'complete' = 'complete'): Promise<string> {
  const createdAt = new Date(now.getTime() - daysAgo * dayMs);
  const [id, node] = [newSessionId(createdAt), randomUUID()];
  await database.query(
    `insert into session (id, state, program_source, program_digest, selector, interval_ms, duration_ms, map_bytes, probes,
       overhead, events_per_second, warnings, created_at, deadline, ended_at, token_id, request_digest)
     values ($1, $2, '', '', 'all', 1000, 5000, 0, 0, 0, 0, '[]', $3, $3, $4, 't', '')`,
    [id, state, createdAt, state === 'running' ? null : createdAt],
  );
  await database.query(
    `insert into session_node (session_id, node_id, name, arch, kernel, labels, state, diagnostics)
     values ($1, $2, 'n', 'arm64', '6.1', '{}', 'complete', '[]')`,
    [id, node],
  );
  await partitions.ensure([id]);
  await database.query('insert into run (session_id, node_id, boot_epoch) values ($1, $2, 1)', [id, node]);
  await database.query(`insert into frame values ($1, $2, 1, 1, $3, $3, 1, '\\x00')`, [id, node, createdAt]);
  await database.query(
    `insert into event (session_id, node_id, boot_epoch, ordinal, at, type, text, "values") values ($1, $2, 1, 0, $3, 'printf', 'x', '[]')`,
    [id, node, createdAt],
  );
  return id;
}

function retention(kept: Retention): ResultRetention {
  return new ResultRetention(
    database,
    partitions,
    new AuditLog(database),
    kept,
    createLogger({ name: 'test', level: 'silent' }),
  );
}

async function left() {
  const tables = ['session', 'session_node', 'run', 'frame', 'event'];
  const entries = tables.map(async (table): Promise<[string, string[]]> => {
    const column = table === 'session' ? 'id' : 'session_id';
    const rows: { id: string }[] = await database.query(`select ${column} as id from ${table} order by 1`);
    return [table, rows.map(({ id }) => id)];
  });
  return Object.fromEntries(await Promise.all(entries)) as ReturnType<typeof all>;
}

const all = (...ids: string[]) => ({ session: ids, session_node: ids, run: ids, frame: ids, event: ids });

test('an old session goes whole, with its day; younger ones and one that goes on stay, and the audit log tells', async () => {
  const old = await session(9);
  const goesOn = await session(8, 'running');
  const young = await session(1);
  const keeper = retention({ days: 7, gibibytes: 1 });
  expect(await keeper.enforce(now)).toEqual([expect.objectContaining({ why: 'age' })]);
  expect(await left()).toEqual(all(goesOn, young));
  expect(await keeper.enforce(now)).toEqual([]);
  const [entry] = await new AuditLog(database).page(1, null);
  expect(entry).toMatchObject({ actor: 'retention', action: 'removeResults', outcome: 'done' });
  expect(JSON.parse(entry?.detail ?? '')).toMatchObject({ sessions: 1, why: 'age' });
  // A frame that was on its way all the time finds a place again, or is refused by who knows the sessions.
  await partitions.ensure([old]);
  expect((await partitions.list()).length).toBe(3);
});

test('what is too much goes before its time, but today stays', async () => {
  await session(2);
  await session(1);
  const today = await session(0);
  const gone = await retention({ days: 7, gibibytes: 1e-9 }).enforce(now);
  expect(gone.map(({ why }) => why)).toEqual(['size', 'size']);
  expect(await left()).toEqual(all(today));
});

test('sessions without frames go too', async () => {
  const bare = await session(9);
  const day = (await partitions.list())[0]?.day ?? 0;
  await partitions.drop(day);
  expect((await left()).session).toEqual([bare]);
  expect(await retention({ days: 7, gibibytes: 1 }).enforce(now)).toHaveLength(1);
  expect(await left()).toEqual(all());
});

const applied = async () =>
  (await database.query('select name from migrations')).map(({ name }: { name: string }) => name);

test('what was stored when identifiers told no day is still there', async () => {
  const [id, node] = [randomUUID(), randomUUID()];
  while ((await applied()).includes(ResultsBySessionDay1764950000000.name)) await database.undoLastMigration();
  await database.query(
    `create table frame_20260131 partition of frame for values from ('2026-01-31Z') to ('2026-02-01Z')`,
  );
  await database.query(`insert into frame values ($1, $2, 1, 1, '2026-01-31Z', '2026-01-31Z', 1, '\\x00')`, [id, node]);
  await database.query(
    `insert into event (session_id, node_id, boot_epoch, ordinal, at, type, text, "values") values ($1, $2, 1, 0, now(), 'printf', 'x', '[]')`,
    [id, node],
  );
  await database.runMigrations();
  expect(await left()).toMatchObject({ frame: [id], event: [id] });
  const young = await session(0);
  expect((await left()).event).toContain(young);
});
