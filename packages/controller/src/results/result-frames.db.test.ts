import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newSessionId } from '../sessions/session-id.ts';
import { startTestServer, type TestServer } from '../testing/test-controller.ts';
import type { PackedFrame } from './packed-frames.ts';
import { ResultRepository, type RunResult } from './result.repository.ts';
import { ResultPartitions } from './result-partitions.ts';

let server: TestServer;
let database: DataSource;
beforeAll(async () => {
  server = await startTestServer();
  database = (await server.database()).source;
});
afterAll(() => server.stop());

const start = Date.UTC(2026, 4, 1);
const nodeIds = Array.from({ length: 3 }, () => randomUUID());
const runs = nodeIds.map((nodeId) => ({ nodeId, bootEpoch: '1' }) as RunResult);

/** So many frames of each node in one window; `large`: of 9 MB, of which two do not fit one page. */
const windows = fc.array(fc.record({ frames: fc.tuple(fc.nat(900), fc.nat(900), fc.nat(3)), large: fc.boolean() }), {
  minLength: 1,
  maxLength: 4,
});

it('pages have each frame of the wanted windows once, and in order, however large they are', async () => {
  await new ResultPartitions(database).ensure([newSessionId(new Date(start))]);
  await fc.assert(
    fc.asyncProperty(windows, fc.nat(4), async (made, end) => {
      const sessionId = newSessionId(new Date(start));
      const wanted: [number, number, number][] = [];
      for (const [window, { frames, large }] of made.entries()) {
        for (const [node, count] of frames.entries()) {
          await database.query(
            `insert into frame select $1, $2, 1, $6::integer + seq, $3, $3, 1, case when $5 and seq <= 2 then convert_to(repeat('x', 9000000), 'utf8') else 'x' end
             from generate_series(1, $4::integer) seq`,
            [sessionId, nodeIds[node], new Date(start + 1000 * window), count, large && node === 2, 1000 * window],
          );
          for (let seq = 1; seq <= count && window < end; seq++) wanted.push([window, node + 1, 1000 * window + seq]);
        }
      }
      const to = new Date(start + 1000 * end);
      const pages: PackedFrame[] = [];
      for await (const page of new ResultRepository(database).frames(sessionId, runs, null, to)) pages.push(...page);
      const read = pages.map(({ windowStart, run, seq }) => [(windowStart - start) / 1000, run, Number(seq)]);
      expect(read).toEqual(wanted);
    }),
    { numRuns: 12 },
  );
});
