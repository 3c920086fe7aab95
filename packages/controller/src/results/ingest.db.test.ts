import { randomUUID } from 'node:crypto';
import { applyDelta, emptyState, type MapDelta, type MapSchema, type MapState, noLoss } from '@bpfleet/aggregate';
import { type PrintedEvent, writeMaps } from '@bpfleet/contracts';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConnectionRepository } from '../fleet/connection.repository.ts';
import { SessionFeed } from '../sessions/session-feed.ts';
import { dayOfSession, newSessionId } from '../sessions/session-id.ts';
import { Settlement } from '../sessions/settlement.ts';
import { startTestServer, type TestServer } from '../testing/test-controller.ts';
import { IngestService } from './ingest.service.ts';
import { readStates } from './read-states.ts';
import { dateOfDay, ResultPartitions } from './result-partitions.ts';
import { Rollup } from './rollup.ts';
import { RunRepository } from './run.repository.ts';
import type { CheckedFrame, RunInput } from './run.ts';
import { parseSeqRanges } from './seq-ranges.ts';
import { storedPayloads } from './stored-payloads.ts';

const schemas: MapSchema[] = [
  { id: 0, name: '@n', kind: 'count', key: ['string'], signed: false },
  { id: 1, name: '@h', kind: 'hist', key: [], signed: true, histBits: 0 },
  { id: 2, name: '@m', kind: 'max', key: ['int'], signed: true },
  { id: 3, name: '@v', kind: 'value', key: [], signed: true },
];

let server: TestServer;
let database: DataSource;
let ingest: IngestService;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  database = (await server.database()).source;
  ingest = service();
});

/** Another controller on the same database. */
function service(runs = new RunRepository()): IngestService {
  return new IngestService(
    database,
    runs,
    new ResultPartitions(database),
    new ConnectionRepository(database),
    new Settlement(new SessionFeed()),
  );
}

async function session(nodes: number): Promise<{ sessionId: string; nodeIds: string[] }> {
  const sessionId = newSessionId(new Date());
  await database.query(
    `insert into session (id, state, program_source, program_digest, selector, interval_ms, duration_ms, map_bytes, probes,
       overhead, events_per_second, warnings, created_at, deadline, token_id, request_digest)
     values ($1, 'running', '', '', 'all', 1000, 5000, 0, 0, 0, 0, '[]', now(), now(), 't', '')`,
    [sessionId],
  );
  const nodeIds = Array.from({ length: nodes }, () => randomUUID());
  for (const [index, nodeId] of nodeIds.entries()) {
    await database.query(
      `insert into session_node (session_id, node_id, name, arch, kernel, labels, state, diagnostics)
       values ($1, $2, $3, 'arm64', '6.1', '{}', 'running', '[]')`,
      [sessionId, nodeId, `n${index}`],
    );
  }
  return { sessionId, nodeIds };
}

const connectionEpoch = 1n;
const start = Date.UTC(2026, 0, 31, 23, 59, 58);

/** With what it was made of. */
type MadeFrame = CheckedFrame & { readonly deltas: readonly MapDelta[] };

function checked(
  seq: bigint,
  deltas: readonly MapDelta[],
  events: readonly (PrintedEvent & { ordinal: bigint })[] = [],
): MadeFrame {
  const payload = writeMaps(deltas);
  const windowStart = new Date(start + Number(seq) * 1_000);
  const windowEnd = new Date(windowStart.getTime() + 1_000);
  const records = deltas.reduce((sum, { entries }) => sum + entries.length, events.length);
  return {
    seq,
    windowStart,
    windowEnd,
    records,
    payload,
    maps: payload,
    deltas,
    events,
    lost: { ...noLoss(), kernel: 1n },
  };
}

async function stored({ key }: Pick<RunInput, 'key'>) {
  const { sessionId, nodeId, bootEpoch } = key;
  const [row] = await database.query(
    `select records, lost_kernel, rollup, waiting_seqs::text as waiting from run
     where session_id = $1 and node_id = $2 and boot_epoch = $3`,
    [sessionId, nodeId, bootEpoch.toString()],
  );
  const rollup = new Rollup(schemas);
  rollup.fold(row.rollup);
  for await (const payload of storedPayloads(database, key, parseSeqRanges(row.waiting))) rollup.foldStored(payload);
  const states = readStates(rollup.encode(), schemas);
  return { records: BigInt(row.records), kernel: BigInt(row.lost_kernel), states, waits: row.waiting !== '{}' };
}

/** What the node itself would have after these frames, in order. */
function expected(frames: readonly MadeFrame[]): MapState[] {
  return schemas.map((schema) => {
    const state = emptyState(schema);
    for (const frame of frames) {
      for (const delta of frame.deltas.filter(({ map }) => map === schema.id)) {
        applyDelta(state, delta);
      }
    }
    return state;
  });
}

const delta = fc.oneof(
  fc
    .record({ key: fc.constantFrom('a', 'b', 'c'), by: fc.bigInt(-3n, 9n) })
    .map(({ key, by }): MapDelta => ({ map: 0, entries: [{ key: [key], cells: new Map([[0, by]]) }] })),
  fc
    .record({ slot: fc.nat(64), by: fc.bigInt(1n, 2n ** 62n) })
    .map(({ slot, by }): MapDelta => ({ map: 1, entries: [{ key: [], cells: new Map([[slot, by]]) }] })),
  fc.record({ key: fc.bigInt(-2n, 2n), max: fc.bigInt(-9n, 9n), deleted: fc.boolean() }).map(
    ({ key, max, deleted }): MapDelta => ({
      map: 2,
      entries: [deleted ? { key: [key], cells: new Map(), deleted } : { key: [key], cells: new Map([[0, max]]) }],
    }),
  ),
  fc.bigInt(-9n, 9n).map((value): MapDelta => ({ map: 3, entries: [{ key: [], cells: new Map(), value }] })),
);

/** Deliveries of frames 1..n: every frame at least once, in any order, in batches, with repetitions. */
const history = fc.array(fc.array(delta, { maxLength: 3 }), { minLength: 1, maxLength: 12 }).chain((windows) => {
  const frames = windows.map((deltas, index) => checked(BigInt(index + 1), deltas));
  const indices = fc.nat(frames.length - 1);
  return fc.record({
    frames: fc.constant(frames),
    order: fc.shuffledSubarray(frames, { minLength: frames.length }),
    again: fc.array(fc.array(indices, { minLength: 1, maxLength: 4 }), { maxLength: 3 }),
    cuts: fc.array(indices, { maxLength: 4 }),
    sorted: fc.boolean(),
    together: fc.boolean(),
  });
});

/** A frame of three keys is stored, then one of a single key comes: beside a large rollup this one waits, always. */
const oneThatWaits = {
  frames: [['a', 'b', 'c'], ['a']].map((keys, index) =>
    checked(BigInt(index + 1), [{ map: 0, entries: keys.map((key) => ({ key: [key], cells: new Map([[0, 1n]]) })) }]),
  ),
  order: [],
  again: [],
  cuts: [0],
  sorted: true,
  together: false,
};

/** Each delivery once the one before it is stored. */
async function inOrder<D, O>(deliveries: readonly D[], submit: (delivery: D, index: number) => Promise<O>) {
  const outcomes: O[] = [];
  for (const [index, delivery] of deliveries.entries()) outcomes.push(await submit(delivery, index));
  return outcomes;
}

describe('ingest', () => {
  it.each([
    ['small ones', undefined, false],
    ['where all are taken for large', 4, true],
  ])(
    'counts each frame once and in its order, whatever is repeated, reordered or restarted: %s',
    async (_, maxSmall, large) => {
      const { sessionId, nodeIds } = await session(1);
      let bootEpoch = 0n;
      let everWaited = false;
      const own = service(new RunRepository(maxSmall));
      await fc.assert(
        fc.asyncProperty(history, async ({ frames, order, again, cuts, sorted, together }) => {
          const key = { sessionId, nodeId: nodeIds[0] ?? '', bootEpoch: ++bootEpoch };
          const sequence = sorted ? frames : order;
          const ends = [...new Set([...cuts.map((cut) => cut + 1), sequence.length])].sort((a, b) => a - b);
          const batches = ends.map((end, index) => sequence.slice(ends[index - 1] ?? 0, end));
          const repeated = again.map((indices) => indices.map((index) => frames[index] as CheckedFrame));
          const deliveries = batches.flatMap((batch, index) => [batch, ...(repeated[index] ? [repeated[index]] : [])]);
          // Some wait for their turn, others are in the same transaction; half of them at another controller.
          const other = service(new RunRepository(maxSmall));
          const submit = (batch: CheckedFrame[], index: number) =>
            (index % 2 === 0 ? own : other).submit({ key, connectionEpoch, frames: batch, refused: [], schemas });
          const outcomes = together ? await Promise.all(deliveries.map(submit)) : await inOrder(deliveries, submit);
          const { records, kernel, states, waits } = await stored({ key });
          everWaited ||= waits;
          expect(records).toBe(frames.reduce((sum, frame) => sum + BigInt(frame.records), 0n));
          expect(kernel).toBe(BigInt(frames.length));
          expect(outcomes.reduce((sum, outcome) => sum + outcome.stored, 0)).toBe(frames.length);
          expect(Math.max(...outcomes.map(({ settledSeq }) => Number(settledSeq)))).toBe(frames.length);
          expect([...states.values()]).toEqual(expected(frames));
          const [row] = await database.query('select count(*) from frame where session_id = $1 and boot_epoch = $2', [
            sessionId,
            key.bootEpoch.toString(),
          ]);
          expect(Number(row.count)).toBe(frames.length);
        }),
        { numRuns: 60, examples: [[oneThatWaits]] },
      );
      expect(everWaited).toBe(large);
    },
  );

  it('puts the frames of many nodes into one transaction, and into the partition of their session', async () => {
    const { sessionId, nodeIds } = await session(20);
    const outcomes = await Promise.all(
      nodeIds.map((nodeId) => {
        const frames = [1n, 2n, 3n].map((seq) =>
          checked(seq, [{ map: 0, entries: [{ key: ['k'], cells: new Map([[0, 1n]]) }] }]),
        );
        return ingest.submit({
          key: { sessionId, nodeId, bootEpoch: 1n },
          connectionEpoch,
          frames,
          refused: [],
          schemas,
        });
      }),
    );
    expect(outcomes.every(({ settledSeq }) => settledSeq === 3n)).toBe(true);
    const [transactions] = await database.query('select count(distinct xmin::text) from run');
    expect(Number(transactions.count)).toBeLessThan(4);
    const days = await database.query(
      'select tableoid::regclass::text as day, count(*)::int from frame group by 1 order by 1',
    );
    const today = dateOfDay(dayOfSession(sessionId) ?? 0).replaceAll('-', '');
    expect(days).toEqual([{ day: `frame_${today}`, count: 60 }]);
  });

  it('passes over refused frames, and takes one in their place', async () => {
    const { sessionId, nodeIds } = await session(1);
    const key = { sessionId, nodeId: nodeIds[0] ?? '', bootEpoch: 1n };
    const outcome = await ingest.submit({
      key,
      connectionEpoch,
      frames: [checked(1n, []), checked(3n, [])],
      refused: [2n],
      schemas,
    });
    expect(outcome).toMatchObject({ settledSeq: 3n, stored: 2 });
    expect(
      await ingest.submit({ key, connectionEpoch, frames: [checked(2n, [])], refused: [], schemas }),
    ).toMatchObject({
      stored: 1,
      duplicates: 0,
    });
  });

  it('stores what was printed once, also characters that PostgreSQL cannot hold', async () => {
    const { sessionId, nodeIds } = await session(1);
    const key = { sessionId, nodeId: nodeIds[0] ?? '', bootEpoch: 1n };
    const event = {
      at: BigInt(start) * 1_000_000n,
      type: 'printf',
      text: 'a\u0000b',
      values: [2n ** 63n, 'x\u0000', -1n],
      ordinal: 0n,
    } as const;
    const input = { key, connectionEpoch, frames: [checked(1n, [], [event])], refused: [], schemas };
    await ingest.submit(input);
    await ingest.submit({ ...input, frames: [checked(2n, [], [event])] });
    const rows = await database.query('select ordinal, type, text, "values" from event');
    expect(rows).toEqual([
      { ordinal: '0', type: 'printf', text: 'a\ufffdb', values: ['9223372036854775808', 'x\ufffd', -1] },
    ]);
  });

  it('keeps what others sent, where something in the same transaction cannot be stored', async () => {
    const { sessionId, nodeIds } = await session(1);
    const good = { sessionId, nodeId: nodeIds[0] ?? '', bootEpoch: 1n };
    const unknown = { ...good, nodeId: randomUUID() };
    const attempts = [unknown, good].map((key) =>
      ingest.submit({ key, connectionEpoch, frames: [checked(1n, [])], refused: [], schemas }),
    );
    expect((await Promise.allSettled(attempts)).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(await database.query('select node_id from frame')).toEqual([{ node_id: good.nodeId }]);
  });

  it('refuses what a superseded connection of a node says, and takes what others say with it', async () => {
    const { sessionId, nodeIds } = await session(2);
    const [moved = '', other = ''] = nodeIds;
    await database.query(
      `insert into node (id, name, arch, kernel, cpus, memory_bytes, agent_version, labels, features, missing, key_digest, enrolled_at)
       values ($1::uuid, $1::text, '', '', 1, 1, '', '{}', '[]', '{}', '', now())`,
      [moved],
    );
    await database.query(`insert into connection values ($1, 7, '', now(), now(), now())`, [moved]);
    const attempts = [
      [moved, 6n],
      [other, 6n],
      [moved, 7n],
    ] as const;
    const outcomes = await Promise.allSettled(
      attempts.map(([nodeId, epoch]) =>
        ingest.submit({
          key: { sessionId, nodeId, bootEpoch: 1n },
          connectionEpoch: epoch,
          frames: [checked(1n, [])],
          refused: [],
          schemas,
        }),
      ),
    );
    expect(outcomes).toMatchObject([
      { reason: { code: 'ABORTED' } },
      { value: { stored: 1 } },
      { value: { stored: 1 } },
    ]);
  });
});
