import { randomUUID } from 'node:crypto';
import type { NodeAnswerState } from '@bpfleet/aggregate';
import { createLogger } from '@bpfleet/runtime';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-controller.ts';
import { SessionRepository } from './session.repository.ts';
import { SessionDeadlines } from './session-deadlines.ts';
import { SessionFeed } from './session-feed.ts';
import { Settlement } from './settlement.ts';

const created = Date.UTC(2026, 0, 1);
const at = (seconds: number) => new Date(created + seconds * 1_000);

let server: TestServer;
let database: DataSource;
let deadlines: SessionDeadlines;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  database = (await server.database()).source;
  const log = createLogger({ name: 'test', level: 'silent' });
  deadlines = new SessionDeadlines(database, new SessionRepository(database), new Settlement(new SessionFeed()), log);
});

interface Part {
  readonly state?: NodeAnswerState;
  /** Seconds since the session was created. */
  readonly attached?: number;
  readonly leaseUntil?: number;
  readonly storedSeqs?: string;
  readonly storedAt?: number;
  readonly connectionLost?: number;
}

/** A session of 5 seconds with a deadline after 15. */
async function session(parts: readonly Part[], cancelled?: number): Promise<string> {
  const id = randomUUID();
  await database.query(
    `insert into session (id, state, program_source, program_digest, selector, interval_ms, duration_ms, map_bytes, probes,
       overhead, events_per_second, warnings, created_at, deadline, cancelled_at, token_id, request_digest)
     values ($1, 'running', '', '', 'all', 1000, 5000, 0, 0, 0, 0, '[]', $2, $3, $4, 't', '')`,
    [id, at(0), at(15), cancelled === undefined ? null : at(cancelled)],
  );
  for (const [index, part] of parts.entries()) {
    const node = randomUUID();
    const [attached, lost] = [part.attached, part.connectionLost].map((s) => (s === undefined ? null : at(s)));
    await database.query(
      `insert into session_node (session_id, node_id, name, arch, kernel, labels, state, diagnostics, attached_at, connection_lost_at)
       values ($1, $2, $3, 'arm64', '6.1', '{}', $4, '[]', $5, $6)`,
      [id, node, `n${index}`, part.state ?? (attached === null ? 'pending' : 'running'), attached, lost],
    );
    if (part.storedSeqs !== undefined) {
      await database.query(
        'insert into run (session_id, node_id, boot_epoch, stored_seqs, stored_at) values ($1, $2, 1, $3, $4)',
        [id, node, part.storedSeqs, part.storedAt === undefined ? null : at(part.storedAt)],
      );
    }
    if (part.leaseUntil !== undefined) {
      await database.query(
        `insert into node (id, name, arch, kernel, cpus, memory_bytes, agent_version, labels, features, missing, key_digest, enrolled_at)
         values ($1::uuid, $1::text, '', '', 1, 1, '', '{}', '[]', '{}', '', now())`,
        [node],
      );
      await database.query('insert into connection values ($1, 1, $2, $3, $3, $4)', [
        node,
        '',
        at(0),
        at(part.leaseUntil),
      ]);
    }
  }
  return id;
}

async function look(id: string) {
  const [row] = await database.query('select state, ended_at from session where id = $1', [id]);
  const nodes = await database.query('select state, reason from session_node where session_id = $1 order by name', [
    id,
  ]);
  return { state: row.state, ended: row.ended_at !== null, nodes };
}

describe('endOverdue', () => {
  it.each<[string, Part, number | undefined, number, number, object]>([
    [
      'attached, and gone',
      { attached: 1, storedSeqs: '{[1,4)}' },
      undefined,
      10.9,
      11.1,
      { state: 'partial', reason: 'no manifest came; 3 windows stored' },
    ],
    [
      'attached, and its connection lost just before the end',
      { attached: 1, connectionLost: 5 },
      undefined,
      24.9,
      25.1,
      { state: 'partial', reason: expect.stringContaining('the connection was lost') },
    ],
    ['never attached, and its connection lost', { connectionLost: 15 }, undefined, 19.9, 20.1, { state: 'offline' }],
    [
      'attached, and still connected',
      { attached: 1, leaseUntil: 1000 },
      undefined,
      65.9,
      66.1,
      { state: 'partial', reason: 'no manifest came; 0 windows stored' },
    ],
    [
      'attached, connected, and its frames were still stored a while after the end',
      { attached: 1, leaseUntil: 1000, storedSeqs: '{[1,4)}', storedAt: 50 },
      undefined,
      109.9,
      110.1,
      { state: 'partial', reason: 'no manifest came; 3 windows stored' },
    ],
    [
      'attached, connected, and sending without end',
      { attached: 1, leaseUntil: 2000, storedSeqs: '{[1,4)}', storedAt: 905 },
      undefined,
      905.9,
      906.1,
      { state: 'partial', reason: 'no manifest came; 3 windows stored' },
    ],
    ['never attached', {}, undefined, 19.9, 20.1, { state: 'offline' }],
    ['cancelled, and gone', { attached: 1 }, 2, 6.9, 7.1, { state: 'partial' }],
    ['cancelled before it was attached', { leaseUntil: 1000 }, 2, 6.9, 7.1, { state: 'skipped' }],
  ])('%s', async (_, part, cancelled, before, after, verdict) => {
    const id = await session([part], cancelled);
    await deadlines.endOverdue(at(before));
    expect(await look(id)).toMatchObject({ state: 'running', ended: false });
    await deadlines.endOverdue(at(after));
    expect(await look(id)).toMatchObject({ ended: true, nodes: [verdict] });
  });

  it('ends a session only with its last node', async () => {
    const id = await session([{ state: 'complete' }, { attached: 1 }, {}]);
    await deadlines.endOverdue(at(12));
    expect(await look(id)).toMatchObject({
      state: 'running',
      ended: false,
      nodes: [{ state: 'complete' }, { state: 'partial' }, { state: 'pending' }],
    });
    await deadlines.endOverdue(at(21));
    expect(await look(id)).toMatchObject({ state: 'partial', ended: true, nodes: [{}, {}, { state: 'offline' }] });
  });

  it('leaves older sessions alone while a controller has just started', async () => {
    const id = await session([{ attached: 1 }]);
    await deadlines.endOverdue(at(60), at(30));
    expect(await look(id)).toMatchObject({ ended: false });
    await deadlines.endOverdue(at(60), at(-1));
    expect(await look(id)).toMatchObject({ ended: true });
  });
});
